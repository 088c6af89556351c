//! OpenAI's preference fine-tuning, which Together and Fireworks read, too: messages in, one preferred and one
//! other answer out. It knows no further keys, so margin, annotator and id are not written, and of more than two
//! candidates no pairs that need a weight. Tools are those that the data brought as metadata.

use serde::Serialize;
use serde_json::Value;

use super::output::json_line;
use super::preference::{PreferenceRow, conversational};

#[derive(Serialize)]
struct Line<'a> {
    input: Input<'a>,
    preferred_output: Value,
    non_preferred_output: Value,
}

#[derive(Serialize)]
struct Input<'a> {
    messages: Value,
    tools: &'a [Value],
    parallel_tool_calls: bool,
}

/// The row as one line; the rules are those of a conversational row.
pub(super) fn openai_line(row: &PreferenceRow) -> Result<String, String> {
    let (prompt, preferred_output, non_preferred_output) = conversational(row)?;
    if preferred_output == non_preferred_output {
        return Err("chosen and rejected are the same".to_owned());
    }
    let messages = prompt.unwrap_or_default();
    let tools = row.tools.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let input = Input { messages, tools, parallel_tool_calls: row.may_call_in_parallel };
    Ok(json_line(&Line { input, preferred_output, non_preferred_output }))
}
