//! What arrives from the engine, and where it goes.

use egui::Context;
use tiebreak_domain::export::ExportReport;
use tiebreak_domain::import::ImportReport;
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::{ApiError, ErrorCode, Event, NewJudgment, Origin, Reply, Request, Verdict};

use super::dialog::{Dialog, made_words};
use super::notice::Notices;
use super::tickets::Purpose;
use super::{Action, App};
use crate::backend::Incoming;
use crate::desk::{Desk, Job, View};
use crate::form::counted;
use crate::judge::session::Round;
use crate::{judge, merge, models, people, rubric_editor, theme};

impl App {
    /// Takes everything that arrived.
    pub(super) fn receive_all(&mut self, ctx: &Context) {
        while let Some(incoming) = self.backend.receive() {
            match incoming {
                Incoming::Reply(ticket, result) => {
                    let is_of_other =
                        result.as_ref().is_err_and(|error| error.code == ErrorCode::OtherProject);
                    // Whoever asked for that is gone, or will be as soon as the open project is known.
                    if let Some(purpose) = self.tickets.redeem(ticket).filter(|_| !is_of_other) {
                        self.reply(purpose, result, ctx);
                    }
                }
                Incoming::Event(event) => self.event(event),
                Incoming::Network(network) => self.network = network,
                Incoming::Refused(error) => self.notices.error(&error),
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
                    Ok(_) => self.come_back(),
                    Err(error) => {
                        self.come_back();
                        self.notices.error(&error);
                    }
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
                        Reply::Image(picture) => Ok(picture),
                        other => Err(unexpected(&other)),
                    });
                    desk.image_arrived(request, image);
                }
            }
            (Purpose::Media(wanted), result) => {
                if let Some(desk) = &mut self.desk {
                    desk.player.heard(&wanted, result);
                }
            }
            (Purpose::Tile(request), result) => {
                if let Some(desk) = &mut self.desk {
                    let tile = result.and_then(|reply| match reply {
                        Reply::Tile(pixels) => Ok(pixels),
                        other => Err(unexpected(&other)),
                    });
                    desk.images.tile_arrived(request, tile);
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
            (Purpose::People(purpose), result) => self.people_reply(purpose, result),
            (Purpose::Models(purpose), result) => self.models_reply(purpose, result),
            // What a model believes is told in passing; without one there is nothing to tell.
            (Purpose::Belief(item, order), result) => {
                if let Ok(Reply::ItemScores(scores)) = result
                    && let Some(words) = models::belief_words(&scores, &order)
                {
                    if let Some(desk) = &mut self.desk {
                        desk.reveal(item);
                    }
                    self.notices.info(words);
                }
            }
            (Purpose::StartImport, result) => self.started(result, |desk, job| {
                Job::started(&mut desk.import, job);
            }),
            (Purpose::StartExport, result) => self.started(result, |desk, job| {
                Job::started(&mut desk.export, job);
            }),
            (Purpose::Training(order), Ok(Reply::Training(result))) => {
                // Another dialog has the keys already; what it is about comes first.
                if let (None, Some(desk)) = (&self.dialog, &self.desk) {
                    self.dialog = Some(Dialog::explained(&result, &desk.info.rubric, order));
                }
            }
            (Purpose::StartMerge, result) => self.started(result, |desk, job| {
                Job::started(&mut desk.merge, job);
            }),
            (Purpose::SecondLook(number), result) => {
                if let Some(desk) = &mut self.desk {
                    let look = result.and_then(|reply| match reply {
                        Reply::SecondLook(look) => Ok(*look),
                        other => Err(unexpected(&other)),
                    });
                    desk.look_arrived(number, look);
                }
            }
            (Purpose::ItemModels, Ok(Reply::Models(models))) => {
                if let Some(desk) = &mut self.desk {
                    desk.items.models_arrived(models.models);
                }
            }
            (Purpose::ItemRanks(item), result) => {
                let ranks = result.and_then(|reply| match reply {
                    Reply::ItemScores(scores) => Ok(scores),
                    other => Err(unexpected(&other)),
                });
                if let Some(desk) = &mut self.desk {
                    if ranks.as_ref().is_ok_and(|ranks| !ranks.is_empty()) {
                        desk.reveal(item);
                    }
                    desk.items.ranks_arrived(item, ranks);
                }
            }
            (Purpose::AcceptLabels, Ok(Reply::Count(count))) => {
                let labels = counted(count, "label of the model", "labels of the model");
                self.notices.info(format!("{labels} taken; they are kept apart from judgments"));
            }
            (Purpose::MakePairs, Ok(Reply::PairsMade(made))) => {
                self.notices.info(made_words(&made));
                if let Some(desk) = &mut self.desk {
                    desk.items.refresh();
                    desk.session.items_changed(&mut desk.outbox);
                }
            }
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
        let desk = self.desk.as_mut().or(self.left.as_mut());
        let Some(desk) = desk.filter(|desk| desk.has_session(number)) else {
            if let (judge::Purpose::Save(_), Err(error)) = (purpose, result) {
                self.notices.error(&error);
            }
            return;
        };
        let Some((session, outbox)) = desk.session_of(number) else { return };
        match (purpose, result) {
            (judge::Purpose::Ahead, Ok(Reply::Items(items))) => {
                session.ahead_arrived(items, &moment, outbox);
            }
            (judge::Purpose::Ahead, Err(error)) => {
                if error.code == ErrorCode::Denied {
                    session.ahead_denied(error.message);
                    let purpose = Purpose::People(people::Purpose::WhyDenied);
                    self.send(purpose, Request::People);
                } else {
                    if session.current.is_some() {
                        self.notices.error(&error);
                    }
                    session.ahead_failed(error);
                }
            }
            (judge::Purpose::Go, Ok(Reply::Items(items))) => session.go_arrived(items, &moment),
            (judge::Purpose::Save(_), Ok(Reply::Saved { judgment, progress, .. })) => {
                let training = session.saving.pending(judgment).and_then(training_request);
                let belief = session
                    .saving
                    .pending(judgment)
                    .filter(|_| self.settings.tells_beliefs && session.setup.origin == Origin::Screen)
                    .and_then(belief_request);
                let decided = session
                    .saving
                    .pending(judgment)
                    .filter(|pending| pending.origin == Origin::Review)
                    .map(|pending| (pending.item, pending.annotator, pending.verdict.clone()));
                session.saved(judgment, progress);
                // What is offered may stand on this judgment, as after the last training item.
                if session.is_done() && session.round == Round::Open {
                    session.begin_round(Round::Open, outbox);
                }
                desk.progress_of_both(progress);
                if let Some((item, reviewer, verdict)) = decided
                    && let Some(words) = desk.second_look.decided(item, &desk.info.rubric, reviewer, &verdict)
                {
                    desk.reveal(item);
                    self.notices.info(words);
                }
                for (purpose, request) in training.into_iter().chain(belief) {
                    self.send(purpose, request);
                }
            }
            (judge::Purpose::Save(judgment), Err(error)) => {
                self.notices.error(&error);
                session.not_saved(judgment, error);
            }
            (_, Ok(_)) => {}
            (_, Err(error)) => self.notices.error(&error),
        }
    }

    fn event(&mut self, event: Event) {
        if let Event::ProjectChanged(info) = event {
            if self.desk.as_ref().is_some_and(|desk| desk.info.key != info.key) {
                // It may have been on its way while the project was exchanged; the answer says what is open now.
                self.send(Purpose::Project, Request::Project);
            } else {
                self.update_project(*info);
            }
            return;
        }
        if let Event::SearchIndex(index) = event {
            self.search_index = Some(index);
        }
        let Some(event) = self.model_event(event) else { return };
        let Some(desk) = &mut self.desk else { return };
        match event {
            Event::ImportProgress(job, progress) => desk.import = Some(Job::Running(job, progress)),
            Event::ImportEnded(job, result) => {
                if !matches!(self.dialog, Some(Dialog::Import(_))) {
                    let says = |report: &ImportReport| {
                        let items = counted(report.items_added, "item", "items");
                        format!("{items} added from {}", report.source)
                    };
                    tell_end(&mut self.notices, &result, says);
                }
                desk.import = Some(Job::Ended(job, result));
                desk.items.refresh();
            }
            Event::ExportProgress(job, progress) => desk.export = Some(Job::Running(job, progress)),
            Event::ExportEnded(job, result) => {
                if !matches!(self.dialog, Some(Dialog::Export(_))) {
                    let says = |report: &ExportReport| {
                        format!("{} written to {}", counted(report.counts.rows, "row", "rows"), report.path)
                    };
                    tell_end(&mut self.notices, &result, says);
                }
                desk.export = Some(Job::Ended(job, result));
            }
            Event::SearchIndex(index) => {
                desk.info.search_index = index;
                if index.is_complete() {
                    desk.items.refresh();
                }
            }
            Event::FoundMore { view, count, is_complete } => desk.items.found_more(view, count, is_complete),
            Event::MergeEnded(job, result) => {
                if !matches!(self.dialog, Some(Dialog::Merge(_))) {
                    tell_end(&mut self.notices, &result, merge::ended_words);
                }
                desk.merge = Some(Job::Ended(job, result));
                desk.items.refresh();
                if desk.view == View::SecondLook {
                    desk.second_look.refresh();
                }
                desk.session.items_changed(&mut desk.outbox);
            }
            // Taken before.
            _ => {}
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

    fn people_reply(&mut self, purpose: people::Purpose, result: Result<Reply, ApiError>) {
        if let (Some(desk), Ok(Reply::People(everyone))) = (&mut self.desk, &result) {
            desk.people = Some((**everyone).clone());
        }
        match (purpose, result) {
            // The screens know no better without it, and ask for it again.
            (people::Purpose::Standing, _) => {}
            (people::Purpose::MakeOrdinary(count), Ok(_)) => {
                match count {
                    0 => {}
                    1 => self.notices.info("An ordinary item from now on"),
                    _ => self.notices.info("Ordinary items from now on"),
                }
                self.ask_again();
            }
            (people::Purpose::WhyDenied, Ok(Reply::People(everyone))) => match people::next_step(&everyone) {
                Some(people::NextStep::Seats) => {
                    let dialog = people::SeatsDialog::locked(*everyone);
                    self.dialog = Some(Dialog::Seats(Box::new(dialog)));
                }
                Some(people::NextStep::Profile) if self.dialog.is_none() => {
                    self.dialog = Some(Dialog::Profile(Box::default()));
                }
                _ => {}
            },
            (people::Purpose::Switch, Ok(Reply::Project(info))) => self.seated(*info),
            (purpose, result) => {
                let heard = match &mut self.dialog {
                    Some(dialog) => dialog.people_reply(purpose, result),
                    None => result.map(|_| people::Heard::Stays),
                };
                match heard {
                    Ok(people::Heard::Stays) => {}
                    Ok(people::Heard::Done(says)) => {
                        self.dialog = None;
                        self.notices.info(says);
                    }
                    Ok(people::Heard::Goes(says, command)) => {
                        self.dialog = None;
                        self.notices.info(says);
                        self.actions.push_back(Action::Command(command));
                    }
                    Err(error) => self.notices.error(&error),
                }
                if matches!(
                    purpose,
                    people::Purpose::SaveProfile | people::Purpose::SetStudy | people::Purpose::SetItemRole
                ) {
                    self.ask_again();
                }
            }
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

/// Tells how long work ended that is out of sight; whoever stopped it knows.
fn tell_end<R>(notices: &mut Notices, result: &Result<Box<R>, ApiError>, says: impl FnOnce(&R) -> String) {
    match result {
        Ok(report) => notices.info(says(report)),
        Err(error) if error.code == ErrorCode::Cancelled => {}
        Err(error) => notices.error(error),
    }
}

/// What to ask when a judgment is on the disk, to tell what models believe of its item.
fn belief_request(judgment: &NewJudgment) -> Option<(Purpose, Request)> {
    let showing = judgment.showing.as_ref()?;
    matches!(judgment.verdict, Verdict::Judged { .. }).then(|| {
        let request = Request::ItemScores { annotator: judgment.annotator, item: judgment.item };
        (Purpose::Belief(judgment.item, showing.order.clone()), request)
    })
}

/// What to ask when a judgment of a training item is on the disk.
pub(super) fn training_request(judgment: &NewJudgment) -> Option<(Purpose, Request)> {
    let showing = judgment.showing.as_ref()?;
    let is_training = showing.acquisition.method == AcquisitionMethod::Training
        && matches!(judgment.verdict, Verdict::Judged { .. });
    is_training.then(|| {
        let request = Request::Training { annotator: judgment.annotator, item: judgment.item };
        (Purpose::Training(showing.order.clone()), request)
    })
}
