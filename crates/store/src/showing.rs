//! Showings: rows in and out. Every field has a column, because none can be recovered later.

use tiebreak_domain::showing::{Acquisition, AcquisitionMethod};
use tiebreak_domain::{Order, Showing, UnixMillis, Watched};

use crate::sql::{Connection, Row, params};
use crate::{Result, StoreError};

/// Why a showing cannot be stored and read back the same; none if it can.
pub(crate) fn refusal(showing: &Showing) -> Option<String> {
    let acquisition = &showing.acquisition;
    let is_finite = acquisition.propensity.is_finite()
        && acquisition.score.is_none_or(f64::is_finite)
        && showing.window.iter().all(|length| length.is_finite());
    (!is_finite).then(|| "a showing has a number that is not finite".to_owned())
}

/// Stores a showing and returns its row.
pub(crate) fn insert(connection: &Connection, showing: &Showing) -> Result<i64> {
    let order: Vec<String> = showing.order.indices().iter().map(u8::to_string).collect();
    let mut statement = connection.prepare_insert(
        "INSERT INTO showing (candidate_order, models_visible, scores_visible, shown_at, first_input_at, \
         submitted_at, active_ms, idle_ms, utc_offset_minutes, app_version, session, acquisition_method, \
         acquisition_score, propensity, window_width, window_height, pixels_per_point, \
         watched) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
        "id",
    )?;
    let row = statement.insert(params![
        order.join(","),
        showing.models_visible,
        showing.scores_visible,
        showing.shown_at.0,
        showing.first_input_at.map(|at| at.0),
        showing.submitted_at.0,
        showing.active_ms as i64,
        showing.idle_ms as i64,
        showing.utc_offset_minutes,
        showing.app_version,
        showing.session as i64,
        showing.acquisition.method.word(),
        showing.acquisition.score,
        showing.acquisition.propensity,
        f64::from(showing.window[0]),
        f64::from(showing.window[1]),
        f64::from(showing.window[2]),
        text_from_watched(&showing.watched),
    ])?;
    Ok(row)
}

/// The showing in a row whose columns from `first` on are those of [`insert`], in that order.
pub(crate) fn from_row(row: &Row<'_>, first: usize) -> Result<Showing> {
    let order: String = row.get(first)?;
    let method: String = row.get(first + 11)?;
    let number = |offset: usize| row.get::<f64>(first + offset).map(|number| number as f32);
    Ok(Showing {
        order: order_from_text(&order)?,
        models_visible: row.get(first + 1)?,
        scores_visible: row.get(first + 2)?,
        shown_at: UnixMillis(row.get(first + 3)?),
        first_input_at: row.get::<Option<i64>>(first + 4)?.map(UnixMillis),
        submitted_at: UnixMillis(row.get(first + 5)?),
        active_ms: row.get::<i64>(first + 6)? as u64,
        idle_ms: row.get::<i64>(first + 7)? as u64,
        utc_offset_minutes: row.get(first + 8)?,
        app_version: row.get(first + 9)?,
        session: row.get::<i64>(first + 10)? as u64,
        acquisition: Acquisition {
            method: AcquisitionMethod::from_word(&method)
                .ok_or_else(|| StoreError::Damaged(format!("a showing has an unknown policy: {method:?}")))?,
            score: row.get(first + 12)?,
            propensity: row.get(first + 13)?,
        },
        window: [number(14)?, number(15)?, number(16)?],
        watched: watched_from_text(row.get::<Option<String>>(first + 17)?.as_deref())?,
    })
}

fn text_from_watched(watched: &[Watched]) -> Option<String> {
    let words: Vec<&str> = watched.iter().map(|watched| watched.word()).collect();
    (!words.is_empty()).then(|| words.join(","))
}

fn watched_from_text(text: Option<&str>) -> Result<Vec<Watched>> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let words = text.split(',').map(Watched::from_word);
    words.collect::<Option<_>>().ok_or_else(|| {
        StoreError::Damaged(format!("a showing says of no candidate how much of it was seen: {text:?}"))
    })
}

fn order_from_text(text: &str) -> Result<Order> {
    let damaged = || StoreError::Damaged(format!("a showing has no order of candidates: {text:?}"));
    if text.is_empty() {
        return Ok(Order::as_given(0));
    }
    let indices = text.split(',').map(str::parse).collect::<Result<Vec<u8>, _>>().map_err(|_| damaged())?;
    Order::try_from(indices).map_err(|_| damaged())
}
