//! The pane of one thing that plays: its frame, and under it a line with its own time and what became of it.

use egui::{Align, Color32, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use tiebreak_domain::Part;
use tiebreak_domain::media::{MediumRequest, VideoRemark};

use super::Player;
use super::icon::{Icon, icon_button_ui, icon_ui};
use super::reel::Known;
use super::timeline::Ending;
use super::transport::clock_words;
use crate::command::Command;
use crate::compare::Zoom;
use crate::compare::layer::vector;
use crate::compare::surface::visual_ui;
use crate::judge::failed_pane::failed_ui;
use crate::judge::image_pane::coming_ui;
use crate::judge::question::marks::Canvas;
use crate::theme::font::Face;
use crate::theme::{self, space, text};
use crate::widget::{Ink, figures_ui, text_ui};

/// Height of the line under a picture.
pub const LINE_HEIGHT: f32 = 28.0;
/// A pane of which less is in view is not looked at.
const SEEN_SHARE: f32 = 0.5;
/// Height of the pane of a sound among other parts.
pub const SOUND_HEIGHT: f32 = 120.0;

/// What a part that plays is called.
pub fn kind_word(part: &Part) -> &'static str {
    match part {
        Part::Audio { .. } => "Sound",
        Part::Video { .. } => "Video",
        _ => "Image",
    }
}

/// What is painted.
#[derive(Clone, Copy, Debug)]
pub struct Playing<'a> {
    /// Which.
    pub medium: &'a MediumRequest,
    /// What screen readers say.
    pub name: &'a str,
    /// The time.
    pub now_ms: u64,
}

impl Playing<'_> {
    /// Paints it into `pane`; says how large the video's picture is, once that is known.
    pub fn ui(self, ui: &mut Ui, player: &mut Player, pane: Rect, canvas: &mut Canvas) -> Option<[u32; 2]> {
        let picture = pane.with_max_y((pane.bottom() - LINE_HEIGHT).max(pane.top()));
        player.painted(self.medium);
        let info = match player.known(self.medium) {
            Some(Known::Info(info)) => info.clone(),
            Some(Known::Failed(error)) => {
                if failed_ui(ui, pane, self.name, error) {
                    player.retry();
                }
                return None;
            }
            Some(Known::Coming) | None => {
                coming_ui(ui, picture);
                return None;
            }
        };
        let is_sound = info.size.contains(&0) || player.is_sound(self.medium);
        let response = ui.interact(
            picture,
            ui.scope_id().with(("playing", self.name)),
            if is_sound { Sense::click() } else { Sense::click_and_drag() },
        );
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, self.name));
        self.clicked_ui(ui, player, &response, canvas.shape.is_some());
        if is_sound {
            sound_ui(ui, picture, player, self.now_ms);
        } else {
            self.picture_ui(ui, player, picture, &response, canvas, info.size);
        }
        let line = Rect::from_min_max(pos2(pane.left(), picture.bottom()), pane.max);
        self.line_ui(ui, player, line);
        (!is_sound).then_some(info.size)
    }

    fn picture_ui(
        self,
        ui: &mut Ui,
        player: &mut Player,
        pane: Rect,
        response: &egui::Response,
        canvas: &mut Canvas,
        full_size: [u32; 2],
    ) {
        let pixels_per_point = ui.ctx().pixels_per_point();
        let place = Zoom::default().place(pane, vector(full_size));
        player.set_pixels(self.medium, [place.width() * pixels_per_point, place.height() * pixels_per_point]);
        let Some(visual) = player.visual(self.medium) else {
            coming_ui(ui, pane);
            return;
        };
        let painter = ui.painter().with_clip_rect(pane.intersect(ui.clip_rect()));
        visual_ui(&painter, &visual, place, pane, Color32::WHITE, None);
        canvas.ui(ui, response, place, pane);
    }

    /// Plays or stops where the picture was clicked. What of it is in view counts as seen.
    pub fn clicked_ui(self, ui: &Ui, player: &mut Player, response: &egui::Response, is_drawn_on: bool) {
        player.painted(self.medium);
        let in_view = response.rect.intersect(ui.clip_rect());
        if in_view.is_positive() && in_view.area() >= SEEN_SHARE * response.rect.area() {
            player.looked_at(self.medium);
        }
        player.set_hovered(self.medium, response.hovered());
        if response.clicked() && !is_drawn_on {
            player.command(Command::PlayPause, self.now_ms);
            ui.ctx().request_repaint();
        }
    }

    /// Paints the line under a picture: its own time, its frame, and what became of it at its end.
    pub fn line_ui(self, ui: &mut Ui, player: &mut Player, line: Rect) {
        let Some(Known::Info(info)) = player.known(self.medium).cloned() else { return };
        let line = line.shrink2(vec2(space::MEDIUM, 0.0));
        let time_us = player.shown_us();
        let own_us = player.timeline().own_us(info.duration_us, time_us);
        ui.scope_builder(
            UiBuilder::new().max_rect(line).layout(Layout::left_to_right(Align::Center)),
            |ui| {
                ui.set_clip_rect(line.intersect(ui.clip_rect()));
                ui.spacing_mut().item_spacing.x = space::MEDIUM;
                let widest = clock_words(info.duration_us);
                figures_ui(ui, &clock_words(own_us), &widest, Ink::Second, text::SMALL, Align::Min);
                if !player.is_sound(self.medium) {
                    let count = info.times_us.len();
                    let frame = player.timeline().frame_at(&info, time_us) + 1;
                    let words = format!("frame {frame} of {count}");
                    let widest = format!("frame {count} of {count}");
                    figures_ui(ui, &words, &widest, Ink::Third, text::SMALL, Align::Min);
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    if player.has_sound(self.medium) {
                        let is_solo = player.is_solo(self.medium);
                        let icon = if is_solo { Icon::Sound } else { Icon::Silent };
                        let name = format!("Listen to {}", self.name);
                        if icon_button_ui(ui, icon, &name, "", is_solo).clicked() {
                            player.toggle_solo(self.medium);
                        }
                    }
                    if let Some(share) = player.share_seen(self.medium) {
                        let (says, ink) = if share < 1.0 {
                            (format!("seen {:.0} %", (share * 100.0).floor()), Ink::Third)
                        } else {
                            ("seen".to_owned(), Ink::Saved)
                        };
                        figures_ui(ui, &says, "seen 100 %", ink, text::SMALL, Align::Max);
                    }
                    if let Some(remark) = info.remark {
                        let says = text_ui(ui, remark_words(remark), Ink::Second, Face::Regular, text::SMALL);
                        says.on_hover_text(remark_help(remark));
                    }
                    if let Some(ending) = player.timeline().ending(info.duration_us, time_us) {
                        text_ui(ui, ending_words(ending), Ink::Second, Face::Medium, text::SMALL);
                    }
                });
            },
        );
    }
}

/// What a pane says of how its video is shown.
pub fn remark_words(remark: VideoRemark) -> String {
    match remark {
        VideoRemark::NumberedPictures { per_second: 1 } => "1 picture a second".to_owned(),
        VideoRemark::NumberedPictures { per_second } => format!("{per_second} pictures a second"),
        VideoRemark::RangeNotMapped => "HDR, colours not exact".to_owned(),
    }
}

fn remark_help(remark: VideoRemark) -> &'static str {
    match remark {
        VideoRemark::NumberedPictures { .. } => {
            "Numbered pictures say nothing of time; the study says how many are shown a second \
             (pictures_per_second in the rubric's [video])"
        }
        VideoRemark::RangeNotMapped => {
            "This video is of high dynamic range, and the ffmpeg of this machine cannot bring it to the screen's: \
             it looks pale. A version with zscale can"
        }
    }
}

/// What a pane says of its end.
pub fn ending_words(ending: Ending) -> String {
    match ending {
        Ending::Held => "Ended, holding last frame".to_owned(),
        Ending::Repeated(round) => format!("Ended, playing again ({round})"),
        Ending::Stretched(percent) => format!("{}.{:02}× stretched", percent / 100, percent % 100),
    }
}

fn sound_ui(ui: &Ui, pane: Rect, player: &Player, now_ms: u64) {
    let palette = theme::palette(ui);
    let disc = Rect::from_center_size(pane.center(), vec2(56.0, 56.0));
    ui.painter().circle_filled(disc.center(), disc.width() / 2.0, palette.accent_wash);
    let is_going = player.clock().is_playing() && !player.clock().is_over(now_ms);
    icon_ui(ui, if is_going { Icon::Pause } else { Icon::Play }, disc.shrink(18.0), palette.accent);
}
