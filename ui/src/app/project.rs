//! The project on the desk: opened, changed by somebody else, another one in its place, and who sits there.

use tiebreak_domain::{ProjectInfo, Request, Settings};

use super::tickets::Purpose;
use super::{Action, AfterOpening, App};
use crate::command::Command;
use crate::desk::Desk;
use crate::judge::session::Round;
use crate::{people, rubric_editor};

impl App {
    /// A project was opened, and what is to follow.
    pub(super) fn opened(&mut self, mut info: ProjectInfo, then: AfterOpening) {
        // The index may have grown while the reply was on its way.
        info.search_index = self.search_index.take().unwrap_or(info.search_index);
        // The engine has put the project on the list of recent ones, which is part of the settings.
        self.send(Purpose::Settings, Request::LoadSettings);
        let is_empty = info.active_items + info.excluded_items + info.deleted_items == 0;
        let is_seated =
            |name: &String| info.current_annotator().is_some_and(|annotator| annotator.name == *name);
        let annotator = then.annotator.filter(|name| !is_seated(name));
        self.dialog = None;
        self.left = None;
        self.desk = Some(Box::new(Desk::new(info, &self.settings, self.session, &self.app_version)));
        if let Some(rubric) = then.rubric {
            let purpose = Purpose::Rubric(rubric_editor::Purpose::Set);
            self.send(purpose, Request::SetRubric(rubric));
        }
        if let Some(name) = annotator {
            self.send(Purpose::Project, Request::SetAnnotator { name });
        }
        if let Some(path) = then.import {
            self.actions.push_back(Action::OpenAny(path));
        } else if is_empty {
            self.actions.push_back(Action::Command(Command::ShowImport));
        }
    }

    /// What is offered may be something else now, and what was fetched ahead may not be for them any more.
    pub(super) fn ask_again(&mut self) {
        let Some(desk) = &mut self.desk else { return };
        let waiting = desk.seats.waiting.as_mut().map(|seat| (&mut seat.session, &mut seat.outbox));
        for (session, outbox) in std::iter::once((&mut desk.session, &mut desk.outbox)).chain(waiting) {
            match session.round {
                Round::Open => session.begin_round(Round::Open, outbox),
                _ => session.items_changed(outbox),
            }
        }
    }

    /// Somebody sat down: the same annotator with the PIN, or another one.
    pub(super) fn seated(&mut self, info: ProjectInfo) {
        self.dialog = None;
        let name = info.current_annotator().map(|annotator| annotator.name.clone()).unwrap_or_default();
        let is_same = self.desk.as_ref().is_some_and(|desk| desk.info.annotator == info.annotator);
        self.update_project(info);
        if is_same {
            self.ask_again();
            self.send(Purpose::People(people::Purpose::Standing), Request::People);
        }
        self.notices.info(format!("{name} judges now"));
        // Whoever sat here last is asked for the PIN when the project is opened again.
        let settings = Settings { annotator_name: name, ..self.settings.clone() };
        self.actions.push_back(Action::Settings(Box::new(settings)));
    }

    /// The project as it is now; where another is open instead, that one is shown.
    pub(super) fn update_project(&mut self, info: ProjectInfo) {
        let Some(desk) = &mut self.desk else { return };
        if desk.info.key == info.key {
            desk.update(info, &self.settings);
        } else {
            self.notices.info(format!("Another project is open here now: {}", info.name));
            self.opened(info, AfterOpening::default());
        }
    }

    /// No other project was opened: the desk that was put away is taken up again.
    pub(super) fn come_back(&mut self) {
        if let Some(desk) = self.left.take() {
            self.desk = Some(desk);
        }
    }
}
