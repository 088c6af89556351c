//! What the engine says of reward models, and where it goes: the dialogs, the long work, and a word in passing.

use tiebreak_domain::{ApiError, ErrorCode, Event, Reply, Request};

use super::App;
use super::dialog::Dialog;
use super::tickets::Purpose;
use crate::desk::Job;
use crate::models;

impl App {
    pub(super) fn models_reply(&mut self, purpose: models::Purpose, result: Result<Reply, ApiError>) {
        match purpose {
            models::Purpose::StartScoring => {
                let job = models::job_of(result);
                Job::started(&mut self.models.scoring, job);
                return;
            }
            models::Purpose::Add => {
                let job = models::job_of(result);
                Job::started(&mut self.models.install, job);
                return;
            }
            _ => {}
        }
        let is_study = purpose == models::Purpose::SetStudy && result.is_ok();
        let heard = match &mut self.dialog {
            Some(dialog) => dialog.models_reply(purpose, result),
            None => result.map(|_| models::Heard::Stays),
        };
        match heard {
            Ok(models::Heard::Stays) => {}
            Ok(models::Heard::Says(words)) => self.notices.info(words),
            Ok(models::Heard::Asks(requests)) => self.ask_about_models(requests),
            Err(error) => self.notices.error(&error),
        }
        if is_study {
            self.ask_again();
        }
    }

    /// Takes an event about models; any other is handed back.
    pub(super) fn model_event(&mut self, event: Event) -> Option<Event> {
        let is_in_sight = matches!(self.dialog, Some(Dialog::Models(_)));
        match event {
            Event::InstallProgress(job, progress) => {
                self.models.install = Some(Job::Running(job, Some(progress)));
            }
            Event::InstallEnded(job, result) => {
                match &result {
                    Ok(model) if !is_in_sight => self.notices.info(format!("{} is here", model.name)),
                    Err(error) if !is_in_sight && error.code != ErrorCode::Cancelled => {
                        self.notices.error(error);
                    }
                    _ => {}
                }
                self.models.install = Some(Job::Ended(job, result));
                self.models_changed();
            }
            Event::ScoringProgress(job, progress) => {
                self.models.scoring = Some(Job::Running(job, Some(progress)));
            }
            Event::ScoringEnded(job, result) => {
                if let (false, Err(error)) = (is_in_sight, &result)
                    && error.code != ErrorCode::Cancelled
                {
                    self.notices.error(error);
                }
                self.models.scoring = Some(Job::Ended(job, result));
                self.models_changed();
            }
            Event::LearningChanged(state) => {
                self.models.learning = Some(state);
                if let Some(Dialog::Queue(dialog)) = &mut self.dialog {
                    let requests = dialog.learning_changed();
                    self.ask_about_models(requests);
                }
            }
            other => return Some(other),
        }
        None
    }

    fn models_changed(&mut self) {
        if let Some(Dialog::Models(dialog)) = &mut self.dialog {
            dialog.ask_again();
        }
    }

    fn ask_about_models(&mut self, requests: Vec<(models::Purpose, Request)>) {
        for (purpose, request) in requests {
            self.send(Purpose::Models(purpose), request);
        }
    }
}
