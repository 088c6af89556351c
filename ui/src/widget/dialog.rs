//! A dialog over everything else: title, body, and a row of buttons at the foot.

use egui::{Align, Context, CornerRadius, Frame, Id, Layout, Margin, Modal, ScrollArea, Stroke, Ui};

use super::words::{Ink, text_ui};
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, radius, space, text};

/// A dialog. Esc and a click outside of it ask to close it.
#[must_use = "call `show`"]
pub struct Dialog<'a> {
    id: Id,
    title: &'a str,
    width: f32,
    closes: bool,
}

/// What became of a dialog in this frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DialogResponse<B, F> {
    /// Whether Esc was pressed or the surroundings were clicked.
    pub should_close: bool,
    /// What the body returned.
    pub body: B,
    /// What the foot returned.
    pub footer: F,
}

impl<'a> Dialog<'a> {
    /// A dialog with a `title`; `id` tells it from others.
    pub fn new(id: &'static str, title: &'a str) -> Self {
        Self { id: Id::unique(("dialog", id)), title, width: 480.0, closes: true }
    }

    /// Its width in points, less where the window is narrower.
    pub fn width(mut self, width: f32) -> Self {
        self.width = width;
        self
    }

    /// Does not close by Esc or a click outside.
    pub fn stay(mut self) -> Self {
        self.closes = false;
        self
    }

    /// Shows it. `body` scrolls when it is too high; `footer` adds its buttons from right to left.
    ///
    /// `state` is handed to both.
    pub fn show<S: ?Sized, B, F>(
        self,
        ctx: &Context,
        state: &mut S,
        body: impl FnOnce(&mut Ui, &mut S) -> B,
        footer: impl FnOnce(&mut Ui, &mut S) -> F,
    ) -> DialogResponse<B, F> {
        let palette = theme::palette_of(ctx);
        let screen = ctx.content_rect().size();
        let width = self.width.min(screen.x - 2.0 * space::HUGE).max(200.0);
        let max_height = (screen.y - 220.0).max(120.0);
        let frame = Frame::new()
            .fill(palette.panel)
            .stroke(Stroke::new(HAIRLINE, palette.line_strong))
            .corner_radius(CornerRadius::same(radius::LARGE))
            .inner_margin(Margin::same(space::EDGE as i8 + 4));
        let modal = Modal::new(self.id).frame(frame).backdrop_color(palette.backdrop).show(ctx, |ui| {
            ui.set_width(width);
            text_ui(ui, self.title, Ink::First, Face::SemiBold, text::TITLE);
            ui.add_space(space::TINY);
            let body = ScrollArea::vertical()
                .id_salt("dialog body")
                .max_height(max_height)
                // Else it would grow to its height over many frames.
                .min_scrolled_height(max_height)
                .auto_shrink([false, true])
                .show(ui, |ui| body(ui, state))
                .inner;
            ui.add_space(space::MEDIUM);
            let footer = ui
                .allocate_ui_with_layout(egui::vec2(width, 0.0), Layout::right_to_left(Align::Center), |ui| {
                    footer(ui, state)
                })
                .inner;
            (body, footer)
        });
        let should_close = self.closes && modal.should_close();
        let (body, footer) = modal.inner;
        DialogResponse { should_close, body, footer }
    }
}
