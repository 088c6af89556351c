//! How honest a confidence is, with an interval for each figure.

use rand::SeedableRng;
use rand::rngs::StdRng;
use tiebreak_domain::Interval;
use tiebreak_domain::model_report::CalibrationReport;
use tiebreak_stats::bootstrap::{Plan, by_cluster};
use tiebreak_stats::calibration::{
    Binning, MIN_TEMPERATURE_LABELS, Scored, brier, fit_temperature, logit, nll, reliability, selective,
};
use tiebreak_stats::interval::{REPORT_LEVEL, clustered_share};

const BINS: usize = 10;
const RESAMPLES: usize = 200;
const LEAST_RESAMPLES: usize = 40;
/// Votes drawn for one interval, all resamples together.
const MOST_DRAWN: usize = 10_000_000;
const CURVE_POINTS: usize = 40;
const CONFIDENCES: [f64; 3] = [0.8, 0.9, 0.95];

/// How honest a confidence is; none of too few decided pairs.
pub(super) fn calibrated(by_prompt: &[(u64, Scored)]) -> Option<CalibrationReport> {
    if by_prompt.len() < BINS {
        return None;
    }
    let scored: Vec<Scored> = by_prompt.iter().map(|(_, scored)| *scored).collect();
    let prompts: Vec<usize> = by_prompt.iter().map(|(prompt, _)| *prompt as usize).collect();
    let confident: Vec<Scored> = scored.iter().copied().map(Scored::as_confidence).collect();
    let plan = Plan { resamples: resamples(scored.len()), level: REPORT_LEVEL };
    let mut random = StdRng::seed_from_u64(scored.len() as u64);
    let diagram = reliability(&confident, Binning::EqualWidth(BINS), REPORT_LEVEL)?;
    // Whole prompts are drawn again.
    let mut spread = |of: &[Scored], statistic: &dyn Fn(&[Scored]) -> Option<f64>| {
        let estimate = statistic(of)?;
        let mut drawn = Vec::with_capacity(of.len());
        let interval = by_cluster(&prompts, plan, &mut random, |places| {
            drawn.clear();
            drawn.extend(places.iter().map(|place| of[*place]));
            statistic(&drawn)
        });
        Some(interval.unwrap_or(Interval { estimate, low: estimate, high: estimate, level: REPORT_LEVEL }))
    };
    let ece = |binning| move |drawn: &[Scored]| Some(reliability(drawn, binning, REPORT_LEVEL)?.ece);
    let area = |drawn: &[Scored]| Some(selective(drawn, 1)?.aurc);
    let labels: Vec<(f64, bool)> = scored.iter().map(|one| (logit(one.probability), one.happened)).collect();
    let temperature = fit_temperature(&labels)
        .filter(|fit| labels.len() >= MIN_TEMPERATURE_LABELS && !fit.is_at_limit)
        .map(|fit| fit.temperature.0);
    let curve = selective(&confident, CURVE_POINTS)?;
    Some(CalibrationReport {
        ece: spread(&confident, &ece(Binning::EqualWidth(BINS)))?,
        ece_equal_mass: spread(&confident, &ece(Binning::EqualMass(BINS)))?,
        brier: spread(&scored, &brier)?,
        nll: spread(&scored, &nll)?,
        temperature,
        bins: diagram
            .bins
            .iter()
            .map(|bin| (bin.mean_probability, bin.observed.estimate, bin.count))
            .collect(),
        risk_coverage: curve.points.iter().map(|point| (point.coverage, point.risk)).collect(),
        aurc: spread(&confident, &area)?,
        wrong_at: CONFIDENCES
            .iter()
            .filter_map(|confidence| {
                let is_taken = |one: &Scored| one.probability >= *confidence;
                let taken = confident.iter().zip(by_prompt).filter(|(one, _)| is_taken(one));
                let votes = taken.clone().count() as u64;
                let wrong = taken.map(|(one, (prompt, _))| (*prompt, !one.happened));
                clustered_share(wrong, REPORT_LEVEL).map(|wrong| (*confidence, wrong, votes))
            })
            .collect(),
    })
}

/// How often votes are drawn again: fewer times where there are many, of which each draw says as much.
fn resamples(votes: usize) -> usize {
    (MOST_DRAWN / votes.max(1)).clamp(LEAST_RESAMPLES, RESAMPLES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_an_interval_by_prompt() {
        // Four votes on each prompt, all of them right or none.
        let votes = |prompts: u64, each: u64| -> Vec<(u64, Scored)> {
            let of = |prompt: u64| Scored {
                probability: if prompt.is_multiple_of(2) { 0.9 } else { 0.6 },
                happened: !prompt.is_multiple_of(5),
            };
            (0..prompts * each).map(|at| (at / each, of(at / each))).collect()
        };
        let report = calibrated(&votes(50, 4)).expect("200 votes");
        let all = [report.ece, report.ece_equal_mass, report.brier, report.nll, report.aurc];
        assert!(all.iter().all(|interval| interval.low < interval.high), "{all:?}");
        for interval in [report.brier, report.nll] {
            assert!((interval.low..=interval.high).contains(&interval.estimate), "{interval:?}");
        }
        let width = |interval: Interval| interval.high - interval.low;
        let alone = calibrated(&votes(200, 1)).expect("200 votes");
        assert!(width(report.brier) > 1.5 * width(alone.brier), "votes on one prompt go together");
        assert!(calibrated(&votes(49, 1)).expect("49 votes").temperature.is_none(), "too few to fit one");
        assert!(alone.temperature.is_some());
        assert_eq!([100, 100_000, 10_000_000].map(resamples), [200, 100, 40]);
    }
}
