//! A batch: inputs side by side in tensors, one run, and the outputs read back.

use std::time::{Duration, Instant};

use super::error::InputFault;
use super::image::{self, RgbImage};
use super::manifest::{EmbeddingOutput, ImageInput, Input, Layout, Padding, Pooling, TextInput};
use super::prepared::Prepared;
use super::request::Scored;
use super::reward_model::RewardModel;
use super::runtime::{InputTensor, Numbers, OutputTensor, Session};
use super::tokens::Tokens;

/// What came of a batch.
pub(super) struct BatchOutcome {
    /// One for each input, in their order.
    pub(super) results: Vec<Result<Scored, InputFault>>,
    /// Tokens without filling.
    pub(super) real_tokens: u64,
    /// Tokens that the model saw.
    pub(super) padded_tokens: u64,
    /// Time in the model alone.
    pub(super) model_time: Duration,
}

/// Why a run gave nothing.
pub(super) enum Fault {
    /// The runtime says so.
    Runtime(String),
    /// An output has a shape that cannot be read.
    Shape { name: String, expected: String, found: String },
    /// An output is no number.
    NotFinite { output: String },
    /// An input could not be made ready.
    Input(InputFault),
}

/// One row of the tensors.
struct Row<'p> {
    tokens: Option<&'p Tokens>,
    /// One image, or all frames of a clip.
    images: &'p [RgbImage],
    prepared: &'p Prepared,
}

/// Runs a batch. If it fails, its inputs are run one by one, so that one bad input costs no other its score.
pub(super) fn run(model: &RewardModel, session: &mut dyn Session, batch: &[&Prepared]) -> BatchOutcome {
    let mut outcome = BatchOutcome {
        results: Vec::with_capacity(batch.len()),
        real_tokens: 0,
        padded_tokens: 0,
        model_time: Duration::ZERO,
    };
    if batch.is_empty() {
        return outcome;
    }
    match run_whole(model, session, batch, &mut outcome) {
        Ok(results) => outcome.results = results,
        Err(_) if batch.len() > 1 => {
            for single in batch {
                let result = run_whole(model, session, &[single], &mut outcome);
                outcome.results.push(
                    result
                        .and_then(|mut results| {
                            results.pop().unwrap_or(Err(InputFault::NotFinite)).map_err(Fault::Input)
                        })
                        .map_err(|fault| fault.of_input(session)),
                );
            }
        }
        Err(fault) => outcome.results.push(Err(fault.of_input(session))),
    }
    outcome
}

/// Runs a batch whole, and gives the seconds in the model.
pub(super) fn timed(
    model: &RewardModel,
    session: &mut dyn Session,
    batch: &[&Prepared],
) -> Result<f64, Fault> {
    let mut outcome = run(model, session, &[]);
    run_whole(model, session, batch, &mut outcome)?;
    Ok(outcome.model_time.as_secs_f64())
}

/// Runs a batch and gives the first fault of any kind.
pub(super) fn try_out(
    model: &RewardModel,
    session: &mut dyn Session,
    batch: &[&Prepared],
) -> Result<(), Fault> {
    let mut outcome = run(model, session, &[]);
    let results = run_whole(model, session, batch, &mut outcome)?;
    for result in results {
        match result {
            Ok(_) => {}
            Err(InputFault::NotFinite) => {
                let manifest = model.manifest();
                let score = manifest.score.as_ref().map(|score| &score.name);
                let output = score.or(manifest.embedding.as_ref().map(|embedding| &embedding.name));
                return Err(Fault::NotFinite { output: output.cloned().unwrap_or_default() });
            }
            Err(fault) => return Err(Fault::Input(fault)),
        }
    }
    Ok(())
}

impl Fault {
    fn of_input(self, session: &dyn Session) -> InputFault {
        let reason = match self {
            Self::Input(fault) => return fault,
            Self::NotFinite { .. } => return InputFault::NotFinite,
            Self::Runtime(reason) => reason,
            Self::Shape { name, expected, found } => {
                format!("{name:?} should have the shape {expected} and has {found}")
            }
        };
        InputFault::RunFailed { runtime: session.kind(), reason }
    }
}

fn run_whole(
    model: &RewardModel,
    session: &mut dyn Session,
    batch: &[&Prepared],
    outcome: &mut BatchOutcome,
) -> Result<Vec<Result<Scored, InputFault>>, Fault> {
    let mut rows: Vec<Row> = Vec::new();
    for &prepared in batch {
        let row = |images| Row { tokens: prepared.tokens.as_ref(), images, prepared };
        if prepared.rows() == 1 {
            rows.push(row(&prepared.images));
        } else {
            rows.extend(prepared.images.chunks(1).map(row));
        }
    }
    let mut scored: Vec<Scored> = Vec::with_capacity(rows.len());
    // A file that fixes its batch is run on that many rows at a time.
    let most = model.fixed_batch().unwrap_or(rows.len());
    for rows in rows.chunks(most.max(1)) {
        scored.append(&mut run_rows(model, session, rows, outcome)?);
    }
    let mut scored = scored.into_iter();
    let normalises = model.manifest().embedding.as_ref().is_some_and(|embedding| embedding.is_normalised);
    let results = batch.iter().map(|prepared| {
        let mut mean = mean_of(scored.by_ref().take(prepared.rows()).collect());
        if let Some(embedding) = mean.embedding.as_mut().filter(|_| normalises) {
            normalise(embedding);
        }
        let numbers = mean.scores.iter().chain(mean.embedding.iter().flatten());
        if numbers.into_iter().all(|number| number.is_finite()) {
            Ok(mean)
        } else {
            Err(InputFault::NotFinite)
        }
    });
    Ok(results.collect())
}

fn run_rows(
    model: &RewardModel,
    session: &mut dyn Session,
    rows: &[Row],
    outcome: &mut BatchOutcome,
) -> Result<Vec<Scored>, Fault> {
    let manifest = model.manifest();
    let mut inputs = Vec::new();
    let mut length = 0;
    if let Some(text) = manifest.input.text() {
        let longest = rows.iter().filter_map(|row| row.tokens).map(|tokens| tokens.ids.len()).max();
        length = if text.padding == Padding::Max { text.max_tokens } else { longest.unwrap_or_default() };
        let real: usize = rows.iter().filter_map(|row| row.tokens).map(|tokens| tokens.ids.len()).sum();
        outcome.real_tokens += real as u64;
        outcome.padded_tokens += (rows.len() * length) as u64;
        token_inputs(text, rows, length, &mut inputs);
    }
    if let Some(image) = manifest.input.image() {
        inputs.push(image_input(image, &image.name, rows.iter().map(|row| row.images))?);
        if let Some(name) = &image.second_name {
            let second = rows.iter().filter_map(|row| row.prepared.second_image.as_ref());
            inputs.push(image_input(image, name, second.map(std::slice::from_ref))?);
        }
    }
    if let Input::Features(features) = &manifest.input {
        let given: Vec<_> = rows.iter().filter_map(|row| row.prepared.features.as_ref()).collect();
        let tensor = |name, lists: Vec<&[f32]>| {
            let mut numbers: Vec<f32> = lists.concat();
            if features.is_normalised {
                numbers.chunks_mut(features.length).for_each(normalise);
            }
            InputTensor { name, shape: vec![lists.len(), features.length], numbers: Numbers::Float(numbers) }
        };
        inputs.push(tensor(&features.name, given.iter().map(|(first, _)| &first[..]).collect()));
        if let Some(name) = &features.second_name {
            inputs.push(tensor(name, given.iter().filter_map(|(_, second)| second.as_deref()).collect()));
        }
    }
    let score = manifest.score.as_ref();
    let embedding = manifest.embedding.as_ref();
    let names: Vec<&str> = score
        .map(|score| score.name.as_str())
        .into_iter()
        .chain(embedding.map(|one| one.name.as_str()))
        .collect();
    let started = Instant::now();
    let outputs = session.run(&inputs, &names).map_err(Fault::Runtime);
    outcome.model_time += started.elapsed();
    let mut outputs = outputs?.into_iter();
    let mut scored = vec![Scored::default(); rows.len()];
    if let Some(score) = score {
        let output = outputs.next().ok_or_else(|| Fault::Runtime("an output is missing".to_owned()))?;
        let count = score.dimensions.len();
        if output.numbers.len() != rows.len() * count {
            return Err(wrong_shape(&score.name, &[rows.len(), count], &output));
        }
        for (scored, numbers) in scored.iter_mut().zip(output.numbers.chunks_exact(count)) {
            scored.scores = numbers.to_vec();
        }
    }
    if let Some(embedding) = embedding {
        let output = outputs.next().ok_or_else(|| Fault::Runtime("an output is missing".to_owned()))?;
        for (at, scored) in scored.iter_mut().enumerate() {
            let real = rows[at].tokens.map(|tokens| tokens.ids.len());
            scored.embedding = Some(pooled(embedding, &output, rows.len(), at, real, length)?);
        }
    }
    Ok(scored)
}

fn token_inputs<'m>(text: &'m TextInput, rows: &[Row], length: usize, inputs: &mut Vec<InputTensor<'m>>) {
    let shape = vec![rows.len(), length];
    let mut tensor = |name: &'m str, fill: i32, of: &dyn Fn(&Tokens, &mut Vec<i32>)| {
        let mut numbers = Vec::with_capacity(rows.len() * length);
        for (at, row) in rows.iter().enumerate() {
            if let Some(tokens) = row.tokens {
                of(tokens, &mut numbers);
            }
            numbers.resize((at + 1) * length, fill);
        }
        inputs.push(InputTensor { name, shape: shape.clone(), numbers: Numbers::Whole(numbers) });
    };
    let whole = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    tensor(&text.ids_name, whole(text.pad_id), &|tokens, numbers| {
        numbers.extend(tokens.ids.iter().map(|id| whole(*id)));
    });
    if let Some(name) = &text.mask_name {
        tensor(name, 0, &|tokens, numbers| numbers.extend(tokens.ids.iter().map(|_| 1)));
    }
    if let Some(name) = &text.types_name {
        tensor(name, 0, &|tokens, numbers| numbers.extend(tokens.types.iter().map(|kind| i32::from(*kind))));
    }
}

fn image_input<'m, 'i>(
    input: &ImageInput,
    name: &'m str,
    rows: impl Iterator<Item = &'i [RgbImage]>,
) -> Result<InputTensor<'m>, Fault> {
    let mut numbers = Vec::new();
    let (mut count, mut frames) = (0, 1);
    for images in rows {
        image::append_clip(images, input, &mut numbers).map_err(Fault::Input)?;
        count += 1;
        frames = images.len();
    }
    let shape = match input.layout {
        Layout::Nchw => vec![count, 3, input.height, input.width],
        Layout::Nhwc => vec![count, input.height, input.width, 3],
        Layout::Ntchw => vec![count, frames, 3, input.height, input.width],
        Layout::Ncthw => vec![count, 3, frames, input.height, input.width],
    };
    Ok(InputTensor { name, shape, numbers: Numbers::Float(numbers) })
}

/// The embedding of one row.
fn pooled(
    embedding: &EmbeddingOutput,
    output: &OutputTensor,
    rows: usize,
    row: usize,
    real_tokens: Option<usize>,
    padded_tokens: usize,
) -> Result<Vec<f32>, Fault> {
    let size = embedding.length;
    let per_row = output.numbers.len() / rows;
    let tokens = per_row / size;
    let is_readable = output.shape.last() == Some(&size)
        && output.shape.first() == Some(&rows)
        && output.shape.len() == if embedding.pooling == Pooling::None { 2 } else { 3 }
        && tokens > 0;
    if !is_readable {
        let expected: &[usize] =
            if embedding.pooling == Pooling::None { &[rows, size] } else { &[rows, padded_tokens, size] };
        return Err(wrong_shape(&embedding.name, expected, output));
    }
    let vectors = &output.numbers[row * per_row..(row + 1) * per_row];
    Ok(match embedding.pooling {
        Pooling::None | Pooling::Cls => vectors[..size].to_vec(),
        Pooling::Mean => {
            // Where there is a vector for each token, filling is left out; image patches have none.
            let counted = real_tokens.filter(|_| tokens == padded_tokens).unwrap_or(tokens).max(1);
            let mut mean = vec![0.0; size];
            for vector in vectors.chunks_exact(size).take(counted) {
                mean.iter_mut().zip(vector).for_each(|(mean, number)| *mean += number);
            }
            for number in &mut mean {
                *number /= counted as f32;
            }
            mean
        }
    })
}

fn mean_of(mut rows: Vec<Scored>) -> Scored {
    let count = rows.len() as f32;
    let Some(mut mean) = rows.pop() else { return Scored::default() };
    if rows.is_empty() {
        return mean;
    }
    let add =
        |mean: &mut [f32], other: &[f32]| mean.iter_mut().zip(other).for_each(|(mean, one)| *mean += one);
    for row in &rows {
        add(&mut mean.scores, &row.scores);
        if let (Some(mean), Some(other)) = (&mut mean.embedding, &row.embedding) {
            add(mean, other);
        }
    }
    mean.scores.iter_mut().chain(mean.embedding.iter_mut().flatten()).for_each(|number| *number /= count);
    mean
}

/// Brings a vector to length 1; one that is all zero stays so.
fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
    if length > 0.0 {
        for number in vector {
            *number = (f64::from(*number) / length) as f32;
        }
    }
}

fn wrong_shape(name: &str, expected: &[usize], output: &OutputTensor) -> Fault {
    Fault::Shape {
        name: name.to_owned(),
        expected: format!("{expected:?}"),
        found: format!("{:?}", output.shape),
    }
}
