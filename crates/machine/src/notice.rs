//! What the system tells somebody who is not looking at the window.

use tiebreak_domain::Event;

/// The words for an event that people wait for with the window behind others; none for all else.
pub fn notice_of(event: &Event) -> Option<String> {
    match event {
        Event::ScoringEnded(_, Ok(report)) if report.is_partial => Some("Scoring was stopped".to_owned()),
        Event::ScoringEnded(_, Ok(_)) => Some("Scoring finished".to_owned()),
        Event::ScoringEnded(_, Err(error)) => Some(format!("Scoring ended: {error}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::reward::ScoringReport;
    use tiebreak_domain::{ApiError, ErrorCode, JobId};

    use super::*;

    #[test]
    fn only_the_end_of_scoring_is_told_and_how_it_ended() {
        let ended = |is_partial| {
            let report = ScoringReport { is_partial, ..ScoringReport::default() };
            notice_of(&Event::ScoringEnded(JobId(1), Ok(Box::new(report))))
        };
        assert_eq!(ended(false).as_deref(), Some("Scoring finished"));
        assert_eq!(ended(true).as_deref(), Some("Scoring was stopped"));
        let error = ApiError::new(ErrorCode::System, "the model is gone");
        let failed = notice_of(&Event::ScoringEnded(JobId(1), Err(error)));
        assert_eq!(failed.as_deref(), Some("Scoring ended: the model is gone"));
        let other = Event::SearchIndex(tiebreak_domain::project::SearchIndex { indexed: 1, total: 9 });
        assert_eq!(notice_of(&other), None);
    }
}
