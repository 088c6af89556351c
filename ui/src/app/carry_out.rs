//! Carrying out what was asked for: the only place where the app's state changes by a user's hand.

use egui::Context;
use tiebreak_domain::rubric::Slot;
use tiebreak_domain::{Outcome, Request, Settings, Strength};

use super::action::is_project;
use super::dialog::Dialog;
use super::keys::leave_field;
use super::tickets::Purpose;
use super::{Action, AfterOpening, App};
use crate::command::{Command, Scope};
use crate::desk::{Desk, View};
use crate::host::Pick;
use crate::judge::question::Change;
use crate::judge::sheet::Toward;
use crate::merge::MergeDialog;
use crate::models::{QueueDialog, ReportDialog};
use crate::{people, second_look, theme};

/// Where the door has its page of accounts.
const ACCOUNTS_PAGE: &str = "/accounts";

impl App {
    /// Carries out everything on the list, and whatever that puts on it.
    pub(super) fn carry_out_all(&mut self, ctx: &Context) {
        if !self.is_settings_loaded {
            return;
        }
        while let Some(action) = self.actions.pop_front() {
            self.carry_out(action, ctx);
        }
        self.flush_desk();
    }

    fn carry_out(&mut self, action: Action, ctx: &Context) {
        if action.leaves_the_project() && self.has_refused_judgments() {
            self.dialog = Some(Dialog::unsaved(action));
            return;
        }
        match action {
            Action::Command(command) => self.command(command, ctx),
            Action::OpenAny(path) => self.open_any(path),
            Action::Create { path, name, then } => {
                self.open(path.clone(), then, Request::CreateProject { path, name });
            }
            Action::Judge(item) => {
                if let Some(desk) = &mut self.desk {
                    desk.show(View::Judge, &Desk::moment(ctx, self.host.now(), 0));
                    desk.session.go_to(item, &mut desk.outbox);
                }
            }
            Action::LookAgain(reason) => {
                let moment = Desk::moment(ctx, self.host.now(), 0);
                if let Some(desk) = &mut self.desk {
                    desk.look_again(reason, &moment);
                }
            }
            Action::Look(item) => {
                if let Some(desk) = &mut self.desk {
                    let items = desk.second_look.from(item);
                    desk.session.go_through(items, &mut desk.outbox);
                }
            }
            Action::BeginRound(round) => {
                if let Some(desk) = &mut self.desk {
                    desk.session.begin_round(round, &mut desk.outbox);
                }
            }
            Action::AskAgain => {
                if let Some(desk) = &mut self.desk {
                    desk.session.fill(&mut desk.outbox);
                }
            }
            Action::Unratable(reason) => {
                self.dialog = None;
                let (now, grace_ms) = (self.host.now(), self.grace_ms());
                if let Some(desk) = &mut self.desk {
                    desk.session.choose_unratable(reason, now, grace_ms);
                }
            }
            Action::Answer(slot, change) => self.answer(slot, change),
            Action::GoToSlot(slot) => {
                if let Some(desk) = &mut self.desk {
                    desk.session.go_to_slot(slot);
                }
            }
            Action::SetComment(comment) => {
                if let Some(shown) = self.desk.as_mut().and_then(|desk| desk.session.current.as_mut()) {
                    shown.draft.comment = comment;
                }
            }
            Action::SetNotes(item, notes) => {
                if let Some(desk) = &mut self.desk {
                    desk.set_notes(item, notes);
                }
            }
            Action::LeaveComment => {
                leave_field(ctx);
                if let Some(desk) = &mut self.desk {
                    desk.judge_screen.close_comment();
                }
            }
            Action::RetrySaving => {
                if let Some(desk) = &mut self.desk {
                    desk.retry_saving();
                }
            }
            Action::Quit => {
                self.is_quitting = true;
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            }
            Action::LeaveUnsaved(then) => {
                self.desk = None;
                self.dialog = None;
                self.carry_out(*then, ctx);
            }
            Action::SetAnnotator(_) if self.has_refused_judgments() => self.notices.info(people::SAVE_FIRST),
            Action::SetAnnotator(name) => {
                self.settle_desk();
                self.send(Purpose::Project, Request::SetAnnotator { name });
            }
            Action::Show(dialog) => self.dialog = Some(*dialog),
            Action::CloseDialog => self.dialog = None,
            Action::Settings(settings) => self.change_settings(*settings, ctx),
            Action::Dialog(pick, suggested) => self.host.open_dialog(pick, &suggested),
            Action::Picked(pick, path) => self.picked(pick, path),
            Action::Send(purpose, request) => {
                if let Some(desk) = &mut self.desk {
                    desk.sent(&purpose);
                }
                if purpose == Purpose::People(people::Purpose::Switch) {
                    self.settle_desk();
                }
                self.send(purpose, request);
            }
            Action::Copy(text) => ctx.copy_text(text),
            Action::Dismiss(notice) => self.notices.dismiss(notice),
            Action::Forget(path) => {
                let mut settings = self.settings.clone();
                settings.recent.retain(|recent| recent.path != path);
                self.change_settings(settings, ctx);
            }
        }
    }

    fn command(&mut self, command: Command, ctx: &Context) {
        let knows_files = self.host.knows_files();
        if !command.is_offered(knows_files) {
            let what = command.label().trim_end_matches('…');
            let place = if knows_files {
                "in a browser, where the project is served: tiebreak serve"
            } else {
                "where the project is: on the machine that serves it"
            };
            self.notices.info(format!("“{what}” works {place}"));
            return;
        }
        match command {
            // Beside this page: what is not stored yet lives in it.
            Command::ShowAccounts => ctx.open_url(egui::OpenUrl::new_tab(ACCOUNTS_PAGE)),
            Command::OpenSample => {
                self.open("the sample".to_owned(), AfterOpening::default(), Request::OpenSample);
            }
            Command::OpenProject => self.dialog = Some(Dialog::open()),
            Command::NewProject => self.dialog = Some(Dialog::new_project(&self.host.documents_folder())),
            Command::Palette => self.dialog = Some(Dialog::palette()),
            Command::ShowKeys => self.dialog = Some(Dialog::keys()),
            Command::ShowSettings => {
                let annotator = self.desk.as_ref().and_then(|desk| desk.info.current_annotator());
                self.dialog = Some(Dialog::settings(annotator.map(|annotator| annotator.name.as_str())));
            }
            Command::ShowModels => self.dialog = Some(Dialog::Models(Box::default())),
            Command::TextLarger => self.change_text_size(|size| size + 1.0, ctx),
            Command::TextSmaller => self.change_text_size(|size| size - 1.0, ctx),
            Command::TextReset => self.change_text_size(|_| theme::DEFAULT_TEXT_SIZE, ctx),
            Command::ToggleTheme => {
                let mut settings = self.settings.clone();
                settings.theme = if ctx.theme() == egui::Theme::Dark {
                    tiebreak_domain::settings::ThemeChoice::Light
                } else {
                    tiebreak_domain::settings::ThemeChoice::Dark
                };
                self.change_settings(settings, ctx);
            }
            Command::ToggleLinked => {
                self.change_setting(ctx, |settings| settings.linked_scrolling = !settings.linked_scrolling)
            }
            Command::TogglePrompt => {
                self.change_setting(ctx, |settings| settings.prompt_collapsed = !settings.prompt_collapsed)
            }
            Command::ToggleAutoAdvance => {
                self.change_setting(ctx, |settings| settings.auto_advance = !settings.auto_advance);
                let says =
                    if self.settings.auto_advance { "Auto-advance is on" } else { "Auto-advance is off" };
                self.notices.info(says);
            }
            _ => self.project_command(command, ctx),
        }
    }

    fn project_command(&mut self, command: Command, ctx: &Context) {
        let moment = Desk::moment(ctx, self.host.now(), self.host.random());
        let grace_ms = self.grace_ms();
        let documents_folder = self.host.documents_folder();
        let Some(desk) = &mut self.desk else { return };
        if command.is_of_plain_comparison() && !desk.session.is_plain() {
            return;
        }
        if command.may_leave_the_item() {
            desk.keep_note();
        }
        let (session, outbox, now) = (&mut desk.session, &mut desk.outbox, moment.now);
        match command {
            Command::ChooseA => session.choose(Outcome::A, now, grace_ms),
            Command::ChooseB => session.choose(Outcome::B, now, grace_ms),
            Command::ChooseTie => session.choose(Outcome::Tie, now, grace_ms),
            Command::ChooseBothBad => session.choose(Outcome::BothBad, now, grace_ms),
            Command::ChooseUnratable => {
                if session.current.is_some() {
                    session.submits_at_ms = None;
                    let preference = session.plain_preference();
                    let reason = preference.and_then(|preference| preference.reason.as_deref());
                    self.dialog = Some(Dialog::unratable(reason.unwrap_or_default()));
                }
            }
            Command::Slightly => session.toggle_strength(Strength::Slightly, now, grace_ms),
            Command::Clearly => session.toggle_strength(Strength::Clearly, now, grace_ms),
            Command::Much => session.toggle_strength(Strength::Much, now, grace_ms),
            Command::Submit => {
                if session.current.is_some() && !session.submit(&moment, outbox) {
                    desk.judge_screen.nudge(now.monotonic_ms);
                }
                desk.judge_screen.close_comment();
            }
            Command::Comment => desk.comment(),
            Command::Find | Command::FindNext | Command::FindPrevious => desk.find(command),
            Command::Flag => session.toggle_flag(),
            // A reviewer who passes an item by says nothing, least of all in place of what they said before.
            Command::Skip if desk.view == View::SecondLook => session.forth(&moment, outbox),
            Command::Skip => session.skip(&moment, outbox),
            Command::Undo => {
                if !session.undo(&moment, outbox) {
                    self.notices.info("Nothing to undo");
                }
            }
            Command::Redo => {
                if !session.redo(&moment, outbox) {
                    self.notices.info("Nothing to do again");
                }
            }
            Command::Back => session.back(&moment, outbox),
            Command::Forth => session.forth(&moment, outbox),
            Command::NextQuestion => session.step(Toward::Next),
            Command::PreviousQuestion => session.step(Toward::Previous),
            Command::ClearAnswer => session.clear_answer(),
            Command::ShowJudge => desk.show(View::Judge, &moment),
            Command::ShowItems => {
                desk.show(View::Items, &moment);
                desk.items.refresh();
            }
            Command::ShowSecondLook => desk.look_again(None, &moment),
            Command::ToggleSaid | Command::ToggleNames | Command::KeepAnswer => {
                if let Some(why_not) = second_look::command(desk, command, &moment) {
                    self.notices.info(why_not);
                }
            }
            Command::UseAsTraining
            | Command::UseAsGold
            | Command::UseAsAttention
            | Command::UseAsOrdinary => self.use_as(command),
            Command::ShowMerge => self.dialog = Some(Dialog::Merge(MergeDialog::default())),
            Command::ShowImport => self.dialog = Some(Dialog::import(None)),
            Command::MakePairs => self.dialog = Some(Dialog::Pairs),
            Command::ShowExport => self.dialog = Some(Dialog::export(&desk.info, &documents_folder)),
            Command::ShowRubric => self.dialog = Some(Dialog::rubric(&desk.info)),
            Command::ShowSeats => self.dialog = Some(Dialog::Seats(Box::default())),
            Command::ShowProfile => self.dialog = Some(Dialog::Profile(Box::default())),
            Command::ShowStudy => self.dialog = Some(Dialog::Study(Box::default())),
            Command::ShowQuality => self.dialog = Some(Dialog::Quality(Box::default())),
            Command::ShowQueue => {
                self.dialog = Some(Dialog::Queue(Box::new(QueueDialog::new(desk.info.annotator))));
            }
            Command::ShowReport => {
                self.dialog = Some(Dialog::Report(Box::new(ReportDialog::new(&documents_folder))));
            }
            Command::CloseProject => {
                self.settle_desk();
                self.desk = None;
                self.dialog = None;
                self.send(Purpose::Close, Request::CloseProject);
            }
            Command::Exclude | Command::Delete | Command::UndoStatus | Command::FocusSearch => {
                desk.items.command(command);
            }
            Command::NoteHere | Command::NextNote | Command::PreviousNote => {
                desk.note(command, now.monotonic_ms)
            }
            other if other.scope() == Scope::Playing => desk.player.command(other, now.monotonic_ms),
            other => desk.judge_screen.command(other),
        }
    }

    fn answer(&mut self, slot: Slot, change: Change) {
        let Some(desk) = &mut self.desk else { return };
        if change == Change::AskWhy {
            desk.session.go_to_slot(slot);
            self.dialog = Some(Dialog::unratable(""));
        } else {
            let change = desk.at_this_moment(slot, change, self.host.now().monotonic_ms);
            desk.session.change(slot, change);
        }
    }

    fn open_any(&mut self, path: String) {
        if is_project(&path) {
            self.dialog = None;
            self.open(path.clone(), AfterOpening::default(), Request::OpenProject { path });
        } else if self.desk.is_some() {
            self.dialog = Some(Dialog::import(Some(path)));
        } else {
            self.dialog = Some(Dialog::new_project_for(&path, &self.host.documents_folder()));
        }
    }

    fn picked(&mut self, pick: Pick, path: String) {
        let is_of_dialog = matches!(self.dialog, Some(Dialog::Merge(_)));
        if pick == Pick::OpenProject && !is_of_dialog {
            self.open_any(path);
        } else if let Some(dialog) = &mut self.dialog {
            dialog.picked(pick, path);
        }
    }

    fn grace_ms(&self) -> Option<u32> {
        self.settings.auto_advance.then_some(self.settings.grace_ms)
    }

    fn change_text_size(&mut self, change: impl FnOnce(f32) -> f32, ctx: &Context) {
        let size =
            change(self.settings.text_size).clamp(*theme::TEXT_SIZES.start(), *theme::TEXT_SIZES.end());
        self.change_setting(ctx, |settings| settings.text_size = size);
    }

    fn change_setting(&mut self, ctx: &Context, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.settings.clone();
        change(&mut settings);
        self.change_settings(settings, ctx);
    }

    fn change_settings(&mut self, settings: Settings, ctx: &Context) {
        if settings != self.settings {
            self.settings = settings;
            self.apply_settings(ctx);
            self.send(Purpose::SettingsSaved, Request::SaveSettings(Box::new(self.settings.clone())));
        }
    }
}
