//! The project wizard: what is compared, what is asked, who judges, and which data.
//!
//! Its first page holds everything a study needs, and for a plain comparison a name is enough: Enter creates
//! the project. From there one goes to the gallery of templates and to the editor, and comes back with what
//! shall be asked. The data goes on to the import wizard. Escape goes back a page, and from the first one
//! closes the wizard; a click beside it does not, so that nothing typed is lost by a slip.

pub mod about;
pub mod gallery;
pub mod miniature;
pub mod words;

mod file_name;
mod first_page;

#[cfg(test)]
pub(crate) mod bench;
#[cfg(test)]
mod tests;

use egui::{Key, Ui};
use tiebreak_domain::rubric::{CandidateCount, Rubric};
use tiebreak_domain::{ApiError, Reply, Request, Template};

use self::gallery::Gallery;
use crate::app::{Action, AfterOpening, Scene};
use crate::command::Chord;
use crate::form::{self, FootButton};
use crate::host::Pick;
use crate::rubric_editor::{self, RubricEditor};
use crate::widget::Dialog;

/// Width of the gallery and of the editor, in points, where the window has it.
const WIDE: f32 = 1240.0;

/// What has been typed and chosen so far.
#[derive(Debug)]
pub struct ProjectWizard {
    name: String,
    path: String,
    folder: String,
    annotator: Option<String>,
    data: String,
    is_path_typed: bool,
    wants_focus: bool,
    page: Page,
    gallery: Gallery,
    /// What will be asked.
    asked: Template,
    has_chosen: bool,
    editor: Option<Box<RubricEditor>>,
    has_asked_for_templates: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    First,
    Gallery,
    Editor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Button {
    Primary,
    Gallery,
    Change,
    Copy,
    Back,
}

impl ProjectWizard {
    /// A wizard that suggests files in `folder`, for a data file if one is known.
    pub fn new(folder: &str, data: Option<String>) -> Self {
        let plain = plain_comparison();
        let data = data.unwrap_or_default();
        let mut wizard = Self {
            name: file_name::stem(&data),
            path: String::new(),
            folder: folder.to_owned(),
            annotator: None,
            data,
            is_path_typed: false,
            wants_focus: true,
            page: Page::First,
            gallery: Gallery::new(plain.clone()),
            asked: plain,
            has_chosen: false,
            editor: None,
            has_asked_for_templates: false,
        };
        wizard.suggest_path();
        wizard
    }

    /// Whether more was chosen or written than a name and a file.
    pub fn is_changed(&self) -> bool {
        self.has_chosen
            || self.is_path_typed
            || self.editor.as_ref().is_some_and(|editor| editor.is_changed())
    }

    /// A file was picked.
    pub fn picked(&mut self, pick: Pick, path: String) {
        match pick {
            Pick::NewProject => {
                self.path = path;
                self.is_path_typed = true;
            }
            Pick::ImportFile => self.data = path,
            _ => {
                if let Some(editor) = &mut self.editor {
                    editor.picked(pick, path);
                }
            }
        }
    }

    /// The engine answered something about rubrics.
    pub fn rubric_reply(&mut self, purpose: rubric_editor::Purpose, result: Result<Reply, ApiError>) {
        match (purpose, result) {
            (rubric_editor::Purpose::Templates, Ok(Reply::Templates(templates))) => {
                self.gallery.arrived(Ok(templates));
                if !self.has_chosen {
                    self.asked = self.gallery.first().clone();
                }
            }
            (rubric_editor::Purpose::Templates, Err(error)) => self.gallery.arrived(Err(error)),
            (purpose, result) => {
                if let Some(editor) = &mut self.editor {
                    editor.reply(purpose, result);
                }
            }
        }
    }

    /// What a key means on this page.
    pub fn key(&mut self, chord: Chord) -> Option<Action> {
        let is_plain = !chord.control && !chord.alt;
        if let (Page::Editor, Some(editor)) = (self.page, &mut self.editor)
            && editor.file_key(chord)
        {
            return None;
        }
        match (self.page, chord.key) {
            (Page::First, Key::Escape) if is_plain => return Some(Action::CloseDialog),
            (Page::Gallery, Key::Escape) if is_plain => self.go_to(Page::First),
            (Page::Editor, Key::Escape)
                if is_plain && self.editor.as_mut().is_none_or(|editor| editor.may_close()) =>
            {
                self.go_to(Page::First);
            }
            (Page::First, Key::G) if chord.control => self.go_to(Page::Gallery),
            (Page::First | Page::Gallery, Key::R) if chord.control => self.change(),
            (Page::Gallery, _) => self.gallery.key(chord),
            _ => {}
        }
        None
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        if !self.has_asked_for_templates {
            self.has_asked_for_templates = true;
            ask_for_templates(wanted);
        }
        let page = self.page;
        let (id, title, width) = match page {
            Page::First => ("new project", "New project", form::WIDTH),
            Page::Gallery => ("gallery", "Choose a template", WIDE),
            Page::Editor => ("own rubric", "What is asked", WIDE),
        };
        let height = match page {
            Page::First => form::height(ui.ctx()),
            Page::Gallery | Page::Editor => rubric_editor::height(ui.ctx()),
        };
        let is_entered = match page {
            Page::Editor => ui.input(|input| input.key_pressed(Key::Enter) && input.modifiers.command),
            Page::First | Page::Gallery => form::is_enter_for_dialog(ui.ctx()),
        };
        let response = Dialog::new(id, title).width(width).stay().show(
            ui.ctx(),
            self,
            |ui, state| {
                let ui = &mut form::body(ui, height);
                match page {
                    Page::First => state.first_ui(ui, scene, height, wanted),
                    Page::Gallery => state.gallery_ui(ui, height, wanted),
                    Page::Editor => {
                        if let Some(editor) = &mut state.editor {
                            editor.ui(ui, scene, height, wanted);
                        }
                        None
                    }
                }
            },
            |ui, state| state.footer_ui(ui),
        );
        if let Some(button) = response.footer.or(response.body).or(is_entered.then_some(Button::Primary)) {
            self.press(button, scene, wanted);
        }
        if let Some(template) = self.editor.as_mut().and_then(|editor| editor.take_wanted()) {
            self.use_template(template);
        }
    }

    fn gallery_ui(&mut self, ui: &mut Ui, height: f32, wanted: &mut Vec<Action>) -> Option<Button> {
        let response = self.gallery.ui(ui, height);
        if response.asks_again {
            self.gallery.asked_again();
            ask_for_templates(wanted);
        }
        response.picks.then_some(Button::Primary)
    }

    fn footer_ui(&mut self, ui: &mut Ui) -> Option<Button> {
        let (primary, key, is_ready) = match self.page {
            Page::First => ("Create", "Enter", self.missing().is_none()),
            Page::Gallery => ("Use this", "Enter", self.gallery.marked().is_some()),
            Page::Editor => {
                ("Use this", "Ctrl+Enter", self.editor.as_ref().is_some_and(|editor| editor.can_be_wanted()))
            }
        };
        let back = if self.page == Page::First { "Cancel" } else { "Back" };
        let primary = FootButton::new(primary, Button::Primary).key(key).enabled(is_ready);
        let back = FootButton::new(back, Button::Back).key("Escape");
        let change = FootButton::new("Change…", Button::Change).key("Ctrl+R");
        let copy = FootButton::new("Copy the text", Button::Copy);
        let buttons = match self.page {
            Page::First => vec![primary, back],
            Page::Gallery => vec![primary, change, back],
            Page::Editor => vec![primary, back, copy],
        };
        let says = match (self.page, &self.editor) {
            (Page::First, _) => self.missing().unwrap_or_default(),
            (Page::Editor, Some(editor)) if editor.is_warned() => "Once more throws the changes away",
            _ => "",
        };
        form::foot_ui(ui, &buttons, says)
    }

    fn press(&mut self, button: Button, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        match (button, self.page) {
            (Button::Primary, Page::First) => self.create(scene, wanted),
            (Button::Primary, Page::Gallery) => {
                if let Some(template) = self.gallery.marked().cloned() {
                    self.use_template(template);
                }
            }
            (Button::Primary, Page::Editor) => {
                if let Some(editor) = &mut self.editor {
                    editor.want();
                }
            }
            (Button::Gallery, _) => self.go_to(Page::Gallery),
            (Button::Change, _) => self.change(),
            (Button::Copy, _) => {
                wanted.extend(self.editor.as_ref().map(|editor| Action::Copy(editor.text().to_owned())));
            }
            (Button::Back, Page::First) => wanted.push(Action::CloseDialog),
            (Button::Back, _) => {
                if self.editor.as_mut().is_none_or(|editor| editor.may_leave()) {
                    self.go_to(Page::First);
                }
            }
        }
    }

    fn go_to(&mut self, page: Page) {
        self.page = page;
        match page {
            Page::First => self.wants_focus = true,
            Page::Gallery => self.gallery.opens(&self.asked),
            Page::Editor => {}
        }
        if page != Page::Editor {
            self.editor = None;
        }
    }

    /// To the editor, with what is marked or in use.
    fn change(&mut self) {
        let template = match self.page {
            Page::Gallery => self.gallery.marked().unwrap_or(&self.asked),
            Page::First | Page::Editor => &self.asked,
        };
        self.editor = Some(Box::new(RubricEditor::new(template.clone(), &self.folder)));
        self.go_to(Page::Editor);
    }

    fn use_template(&mut self, template: Template) {
        self.asked = template;
        self.has_chosen = true;
        self.go_to(Page::First);
    }

    /// What keeps the project from being made, in a few words.
    fn missing(&self) -> Option<&'static str> {
        if self.name.trim().is_empty() {
            return Some("Give it a name");
        }
        self.path.trim().is_empty().then_some("Say where its file shall be")
    }

    fn create(&self, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        if self.missing().is_some() || scene.is_opening.is_some() {
            return;
        }
        let typed = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let annotator = self.annotator.as_deref().and_then(typed);
        let annotator = annotator.filter(|name| *name != scene.settings.annotator_name);
        if let Some(name) = &annotator {
            let settings =
                tiebreak_domain::Settings { annotator_name: name.clone(), ..scene.settings.clone() };
            wanted.push(Action::Settings(Box::new(settings)));
        }
        let rubric = self.asked.rubric.clone();
        wanted.push(Action::Create {
            path: file_name::with_extension(self.path.trim()),
            name: self.name.trim().to_owned(),
            then: AfterOpening {
                import: typed(&self.data),
                rubric: (!is_what_projects_ask(&rubric)).then(|| Box::new(rubric)),
                annotator,
            },
        });
    }

    fn suggest_path(&mut self) {
        if !self.is_path_typed {
            self.path = file_name::suggested(&self.folder, &self.name);
        }
    }
}

fn ask_for_templates(wanted: &mut Vec<Action>) {
    wanted.push(rubric_editor::send(rubric_editor::Purpose::Templates, Request::Templates));
}

/// What a project asks before anybody says otherwise.
fn plain_comparison() -> Template {
    Template {
        id: "comparison".to_owned(),
        about: "Which of two outputs is better, and by how much if one likes.".to_owned(),
        collects: "One overall preference for each pair.".to_owned(),
        paper: String::new(),
        media: "text".to_owned(),
        exports: Vec::new(),
        candidates: CandidateCount { least: 2, most: 2 },
        rubric: Rubric { name: "Plain comparison".to_owned(), ..Rubric::default() },
    }
}

/// Whether a project asks this already when it is made.
fn is_what_projects_ask(rubric: &Rubric) -> bool {
    let usual = Rubric::default();
    let Rubric {
        version: _,
        name: _,
        questions,
        unratable_reasons,
        models_visible,
        type_column,
        shown_metadata,
        video,
        anonymise,
    } = rubric;
    rubric.is_plain_comparison()
        && questions[0].title == usual.questions[0].title
        && questions[0].kind == usual.questions[0].kind
        && (unratable_reasons, models_visible) == (&usual.unratable_reasons, &usual.models_visible)
        && (type_column, shown_metadata, video) == (&usual.type_column, &usual.shown_metadata, &usual.video)
        && *anonymise == usual.anonymise
}
