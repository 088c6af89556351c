//! What arrives from the engine, and where it goes.

use egui::Context;
use tiebreak_domain::{ApiError, Event, Reply};

use super::dialog::Dialog;
use super::tickets::Purpose;
use super::{Action, AfterOpening, App};
use crate::backend::Incoming;
use crate::desk::{Desk, Job};
use crate::{judge, rubric_editor, theme};

impl App {
    /// Takes everything that arrived.
    pub(super) fn receive_all(&mut self, ctx: &Context) {
        while let Some(incoming) = self.backend.receive() {
            match incoming {
                Incoming::Reply(ticket, result) => {
                    if let Some(purpose) = self.tickets.redeem(ticket) {
                        self.reply(purpose, result, ctx);
                    }
                }
                Incoming::Event(event) => self.event(event),
            }
        }
    }

    fn reply(&mut self, purpose: Purpose, result: Result<Reply, ApiError>, ctx: &Context) {
        match (purpose, result) {
            (Purpose::Settings, result) => {
                self.is_settings_loaded = true;
                match result {
                    Ok(Reply::Settings(settings)) => {
                        let text_size = settings.text_size;
                        self.settings = *settings;
                        self.settings.text_size =
                            text_size.clamp(*theme::TEXT_SIZES.start(), *theme::TEXT_SIZES.end());
                    }
                    Ok(_) => {}
                    Err(error) => self.notices.error(&error),
                }
                self.apply_settings(ctx);
            }
            (Purpose::Open(then), result) => {
                self.is_opening = None;
                match result {
                    Ok(Reply::Project(info)) => self.opened(*info, then),
                    Ok(_) => {}
                    Err(error) => self.notices.error(&error),
                }
            }
            (Purpose::Project, Ok(Reply::Project(info))) => self.update_project(*info),
            (Purpose::Close, result) => {
                if let Err(error) = result {
                    self.notices.error(&error);
                }
                self.send(Purpose::Settings, tiebreak_domain::Request::LoadSettings);
            }
            (Purpose::Judge(number, purpose), result) => self.judge_reply(number, purpose, result, ctx),
            (Purpose::Image(request), result) => {
                if let Some(desk) = &mut self.desk {
                    let image = result.and_then(|reply| match reply {
                        Reply::Image(pixels) => Ok(pixels),
                        other => Err(unexpected(&other)),
                    });
                    desk.image_arrived(request, image);
                }
            }
            (Purpose::PreviewImport(number), result) => {
                if let Some(dialog) = &mut self.dialog {
                    dialog.import_preview_arrived(number, result);
                }
            }
            (Purpose::PreviewExport(number), result) => {
                if let Some(dialog) = &mut self.dialog {
                    dialog.export_preview_arrived(number, result);
                }
            }
            (Purpose::Rubric(purpose), result) => self.rubric_reply(purpose, result),
            (Purpose::StartImport, result) => self.started(result, |desk, job| {
                Job::started(&mut desk.import, job);
            }),
            (Purpose::StartExport, result) => self.started(result, |desk, job| {
                Job::started(&mut desk.export, job);
            }),
            (Purpose::SaveImportReport, Ok(_)) => self.notices.info("The list of problems was saved"),
            (Purpose::Find(number), result) => {
                if let Some(desk) = &mut self.desk {
                    match result {
                        Ok(Reply::Found { view, count, is_complete }) => {
                            desk.items.found(number, view, count, is_complete)
                        }
                        Ok(_) => {}
                        Err(error) => desk.items.find_failed(number, error),
                    }
                }
            }
            (Purpose::Rows, Ok(Reply::Rows { view, from, rows })) => {
                if let Some(desk) = &mut self.desk {
                    desk.items.rows_arrived(view, from, rows);
                }
            }
            (purpose @ (Purpose::SetStatus | Purpose::UndoStatus), Ok(Reply::StatusesBefore(before))) => {
                if let Some(desk) = &mut self.desk {
                    desk.items.statuses_changed(before, purpose == Purpose::UndoStatus);
                    desk.session.items_changed(&mut desk.outbox);
                }
                self.send(Purpose::Project, tiebreak_domain::Request::Project);
            }
            (_, Ok(_)) => {}
            (purpose, Err(error)) => {
                if let Some(desk) = &mut self.desk {
                    match purpose {
                        Purpose::SetStatus => desk.items.status_failed(false),
                        Purpose::UndoStatus => desk.items.status_failed(true),
                        Purpose::Rows => desk.items.rows_failed(),
                        _ => {}
                    }
                }
                self.notices.error(&error);
            }
        }
    }

    fn judge_reply(
        &mut self,
        number: u64,
        purpose: judge::Purpose,
        result: Result<Reply, ApiError>,
        ctx: &Context,
    ) {
        let moment = Desk::moment(ctx, self.host.now(), self.host.random());
        let Some(desk) = &mut self.desk else { return };
        if number != desk.session_number {
            if let (judge::Purpose::Save(_), Err(error)) = (purpose, result) {
                self.notices.error(&error);
            }
            return;
        }
        match (purpose, result) {
            (judge::Purpose::Ahead, Ok(Reply::Items(items))) => {
                desk.session.ahead_arrived(items, &moment, &mut desk.outbox);
            }
            (judge::Purpose::Ahead, Err(error)) => {
                desk.session.ahead_failed();
                self.notices.error(&error);
            }
            (judge::Purpose::Go, Ok(Reply::Items(items))) => desk.session.go_arrived(items, &moment),
            (judge::Purpose::Save(_), Ok(Reply::Saved { judgment, progress, .. })) => {
                desk.session.saved(judgment, progress);
            }
            (judge::Purpose::Save(judgment), Err(error)) => {
                self.notices.error(&error);
                desk.session.not_saved(judgment, error);
            }
            (_, Ok(_)) => {}
            (_, Err(error)) => self.notices.error(&error),
        }
    }

    fn event(&mut self, event: Event) {
        if let Event::ProjectChanged(info) = event {
            self.update_project(*info);
            return;
        }
        if let Event::SearchIndex(index) = event {
            self.search_index = Some(index);
        }
        let Some(desk) = &mut self.desk else { return };
        match event {
            Event::ImportProgress(job, progress) => desk.import = Some(Job::Running(job, progress)),
            Event::ImportEnded(job, result) => {
                let is_in_sight = matches!(self.dialog, Some(Dialog::Import(_)));
                if let (false, Ok(report)) = (is_in_sight, &result) {
                    self.notices.info(format!("{} items added from {}", report.items_added, report.source));
                }
                desk.import = Some(Job::Ended(job, result));
                desk.items.refresh();
            }
            Event::ExportProgress(job, progress) => desk.export = Some(Job::Running(job, progress)),
            Event::ExportEnded(job, result) => desk.export = Some(Job::Ended(job, result)),
            Event::SearchIndex(index) => {
                desk.info.search_index = index;
                if index.is_complete() {
                    desk.items.refresh();
                }
            }
            Event::FoundMore { view, count, is_complete } => desk.items.found_more(view, count, is_complete),
            Event::MergeEnded(..) | Event::ProjectChanged(_) => {}
        }
    }

    fn opened(&mut self, mut info: tiebreak_domain::ProjectInfo, then: AfterOpening) {
        // The index may have grown while the reply was on its way.
        info.search_index = self.search_index.take().unwrap_or(info.search_index);
        // The engine has put the project on the list of recent ones, which is part of the settings.
        self.send(Purpose::Settings, tiebreak_domain::Request::LoadSettings);
        let is_empty = info.active_items + info.excluded_items + info.deleted_items == 0;
        let is_seated =
            |name: &String| info.current_annotator().is_some_and(|annotator| annotator.name == *name);
        let annotator = then.annotator.filter(|name| !is_seated(name));
        self.dialog = None;
        self.desk = Some(Box::new(Desk::new(info, &self.settings, self.session, &self.app_version)));
        if let Some(rubric) = then.rubric {
            let purpose = Purpose::Rubric(rubric_editor::Purpose::Set);
            self.send(purpose, tiebreak_domain::Request::SetRubric(rubric));
        }
        if let Some(name) = annotator {
            self.send(Purpose::Project, tiebreak_domain::Request::SetAnnotator { name });
        }
        if let Some(path) = then.import {
            self.actions.push_back(Action::OpenAny(path));
        } else if is_empty {
            self.actions.push_back(Action::Command(crate::command::Command::ShowImport));
        }
    }

    fn rubric_reply(&mut self, purpose: rubric_editor::Purpose, result: Result<Reply, ApiError>) {
        let is_set = purpose == rubric_editor::Purpose::Set;
        if let (true, Ok(Reply::Project(info))) = (is_set, &result) {
            self.update_project((**info).clone());
        }
        match &mut self.dialog {
            Some(Dialog::New(wizard)) => wizard.rubric_reply(purpose, result),
            Some(Dialog::Rubric(dialog)) => {
                if dialog.reply(purpose, result) {
                    self.dialog = None;
                    self.notices
                        .info("From now on this is asked; answers keep the version they were given under");
                }
            }
            _ => {
                if let (true, Err(error)) = (is_set, result) {
                    self.notices.error(&error);
                }
            }
        }
    }

    fn update_project(&mut self, info: tiebreak_domain::ProjectInfo) {
        if let Some(desk) = &mut self.desk {
            desk.update(info, &self.settings);
        }
    }

    fn started(
        &mut self,
        result: Result<Reply, ApiError>,
        put: impl FnOnce(&mut Desk, Result<tiebreak_domain::JobId, ApiError>),
    ) {
        if let Some(desk) = &mut self.desk {
            put(
                desk,
                result.and_then(|reply| match reply {
                    Reply::Started(job) => Ok(job),
                    other => Err(unexpected(&other)),
                }),
            );
        }
    }
}

fn unexpected(reply: &Reply) -> ApiError {
    ApiError::new(
        tiebreak_domain::ErrorCode::System,
        format!("the engine answered something else: {reply:?}"),
    )
}
