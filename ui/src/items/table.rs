//! The table: a header that stays, and below it only the rows that are in view.

use egui::{Align2, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use tiebreak_domain::ProjectInfo;

use super::ItemsBrowser;
use super::keys::Press;
use super::row::{Columns, row_ui};
use super::scroll::ROW_HEIGHT;
use super::scroll_bar::{SCROLL_BAR, scroll_bar_ui};
use crate::app::Action;
use crate::theme::font::Face;
use crate::theme::{self, FOCUS_RING, HAIRLINE, space, text};

const HEADER: f32 = 32.0;

/// Where the keyboard's focus is while it is on the table.
pub(super) fn focus_id() -> egui::Id {
    egui::Id::unique("items table")
}

pub(super) fn table_ui(
    ui: &mut Ui,
    items: &mut ItemsBrowser,
    info: &ProjectInfo,
    pressed: &[Press],
    wanted: &mut Vec<Action>,
) {
    let palette = theme::palette(ui);
    let (whole, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    let (header, body) = whole.split_top_bottom_at_y(whole.top() + HEADER);
    let (rows_rect, bar_rect) = body.split_left_right_at_x(body.right() - SCROLL_BAR);
    let columns = Columns::new(rows_rect.shrink2(vec2(space::EDGE, 0.0)).x_range(), info);
    header_ui(ui, header, &columns);

    let table = ui.interact(rows_rect, focus_id(), Sense::focusable_noninteractive());
    table.widget_info(|| WidgetInfo::labeled(Role::Grid, true, "Items"));
    ui.memory_mut(|memory| {
        let arrows = egui::EventFilter { vertical_arrows: true, ..egui::EventFilter::default() };
        memory.set_focus_lock_filter(table.id, arrows);
    });

    let height = rows_rect.height();
    for press in pressed {
        match *press {
            Press::Go(step, extends) => items.step(step, extends, height),
            Press::All => items.selection.choose_all(items.pages.count()),
            Press::Open => {
                let row = items.selection.cursor().and_then(|cursor| items.pages.row(cursor));
                wanted.extend(row.map(|row| Action::Judge(row.id)));
            }
        }
    }
    let count = items.pages.count();
    if ui.rect_contains_pointer(body) {
        let points = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
        items.scroll.move_by(-points);
    }
    scroll_bar_ui(ui, bar_rect, &mut items.scroll, count, height);
    if let (true, Some(cursor)) = (std::mem::take(&mut items.is_cursor_to_be_seen), items.selection.cursor())
    {
        items.scroll.reveal(cursor, height);
    }
    items.scroll.clamp(count, height);

    let visible = items.scroll.visible_rows(count, height);
    let (first, hidden) = items.scroll.first_row();
    let painter = ui.painter_at(rows_rect);
    for row in visible.clone() {
        let top = rows_rect.top() - hidden + (row - first) as f32 * ROW_HEIGHT;
        let rect = Rect::from_min_size(pos2(rows_rect.left(), top), vec2(rows_rect.width(), ROW_HEIGHT));
        let response = row_ui(ui, &painter, rect, rows_rect, &columns, items, info, row);
        if response.clicked() {
            let modifiers = ui.input(|input| input.modifiers);
            if modifiers.shift {
                items.selection.extend_to(row);
            } else if modifiers.command {
                items.selection.toggle(row);
            } else {
                items.selection.go_to(row);
            }
            // The keys are for the table from now on.
            ui.memory_mut(|memory| {
                memory.focused().into_iter().for_each(|focused| memory.surrender_focus(focused))
            });
        }
        if response.double_clicked()
            && let Some(row) = items.pages.row(row)
        {
            wanted.push(Action::Judge(row.id));
        }
    }
    items.visible = Some(visible);
    if table.has_focus() {
        let ring = Stroke::new(FOCUS_RING, palette.accent);
        ui.painter().rect_stroke(rows_rect, CornerRadius::ZERO, ring, StrokeKind::Inside);
    }
}

fn header_ui(ui: &mut Ui, rect: Rect, columns: &Columns) {
    let palette = theme::palette(ui);
    ui.painter().rect_filled(rect, CornerRadius::ZERO, palette.panel);
    let line = Stroke::new(HAIRLINE, palette.line);
    ui.painter().hline(rect.x_range(), rect.top() + HAIRLINE / 2.0, line);
    ui.painter().hline(rect.x_range(), rect.bottom() - HAIRLINE / 2.0, line);
    for (index, (title, help, range)) in columns.headings().into_iter().enumerate() {
        let cell = Rect::from_x_y_ranges(range, rect.y_range());
        let response = ui.interact(cell, ui.scope_id().with(("heading", index)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::ColumnHeader, true, title));
        let is_number = index == 0;
        let (anchor, at) = if is_number {
            (Align2::RIGHT_CENTER, cell.right_center())
        } else {
            (Align2::LEFT_CENTER, cell.left_center())
        };
        let job = egui::text::LayoutJob::single_section(
            title.to_uppercase(),
            egui::TextFormat {
                font_id: Face::SemiBold.at(text::CAPTION),
                color: palette.ink_third,
                extra_letter_spacing: 0.6,
                ..Default::default()
            },
        );
        let galley = ui.painter().layout_job(job);
        let at = anchor.anchor_size(at, galley.size()).min;
        ui.painter_at(cell.expand(1.0)).galley(at, galley, palette.ink_third);
        response.on_hover_text(help);
    }
}

impl ItemsBrowser {
    /// Whether rows in view have still to be asked for.
    pub(super) fn is_asking_rows(&self) -> bool {
        self.visible.clone().is_some_and(|visible| self.pages.lacks(visible))
    }
}
