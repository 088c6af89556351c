//! Parts and candidates as the JSON texts of an item's row.
//!
//! Shorter than what domain writes, because nearly all content is Markdown texts, and a million rows are
//! written and read again: a Markdown text is a string, every other part the object that domain makes of it;
//! one Markdown text alone stands for the array of it. A candidate is written as its parts are, or as an
//! object of parts, model and metadata where it has such. Every value comes back as it was.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use tiebreak_domain::item::Metadata;
use tiebreak_domain::part::TextFormat;
use tiebreak_domain::{Candidate, Part};

/// What the names and quotes of a row take, or a little more.
const BYTES_BESIDE_TEXTS: usize = 64;

/// The text of some parts.
pub(crate) fn json_from_parts(parts: &[Part]) -> serde_json::Result<String> {
    written(&PartsOut(parts), parts.iter())
}

/// The text of some candidates.
pub(crate) fn json_from_candidates(candidates: &[Candidate]) -> serde_json::Result<String> {
    written(&CandidatesOut(candidates), candidates.iter().flat_map(|candidate| &candidate.parts))
}

/// The parts in a text.
pub(crate) fn parts_from_json(json: &str) -> serde_json::Result<Vec<Part>> {
    Ok(serde_json::from_str::<PartsIn>(json)?.0)
}

/// The candidates in a text.
pub(crate) fn candidates_from_json(json: &str) -> serde_json::Result<Vec<Candidate>> {
    let candidates: Vec<CandidateIn> = serde_json::from_str(json)?;
    Ok(candidates.into_iter().map(|candidate| candidate.0).collect())
}

fn written<'a>(value: &impl Serialize, parts: impl Iterator<Item = &'a Part>) -> serde_json::Result<String> {
    let texts: usize = parts.map(|part| part.text().map_or(0, str::len)).sum();
    // Some room for characters that are escaped: growing would copy all of it.
    let mut json = Vec::with_capacity(texts + texts / 16 + BYTES_BESIDE_TEXTS);
    serde_json::to_writer(&mut json, value)?;
    Ok(String::from_utf8(json).expect("JSON is written as UTF-8"))
}

struct PartOut<'a>(&'a Part);

impl Serialize for PartOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Part::Text { text, format: TextFormat::Markdown } => serializer.serialize_str(text),
            other => other.serialize(serializer),
        }
    }
}

struct PartsOut<'a>(&'a [Part]);

impl Serialize for PartsOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [Part::Text { text, format: TextFormat::Markdown }] => serializer.serialize_str(text),
            parts => serializer.collect_seq(parts.iter().map(PartOut)),
        }
    }
}

struct CandidateOut<'a>(&'a Candidate);

impl Serialize for CandidateOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Candidate { parts, model, metadata } = self.0;
        if model.is_none() && metadata.is_empty() {
            return PartsOut(parts).serialize(serializer);
        }
        let fields = 1 + usize::from(model.is_some()) + usize::from(!metadata.is_empty());
        let mut object = serializer.serialize_struct("Candidate", fields)?;
        object.serialize_field("parts", &PartsOut(parts))?;
        if let Some(model) = model {
            object.serialize_field("model", model)?;
        }
        if !metadata.is_empty() {
            object.serialize_field("metadata", metadata)?;
        }
        object.end()
    }
}

struct CandidatesOut<'a>(&'a [Candidate]);

impl Serialize for CandidatesOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(CandidateOut))
    }
}

struct PartIn(Part);

impl<'de> Deserialize<'de> for PartIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PartVisitor;
        impl<'de> Visitor<'de> for PartVisitor {
            type Value = PartIn;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a part: a string or an object")
            }

            fn visit_str<E>(self, text: &str) -> Result<PartIn, E> {
                Ok(PartIn(Part::markdown(text)))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PartIn, A::Error> {
                Part::deserialize(MapAccessDeserializer::new(map)).map(PartIn)
            }
        }
        deserializer.deserialize_any(PartVisitor)
    }
}

struct PartsIn(Vec<Part>);

impl<'de> Deserialize<'de> for PartsIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PartsVisitor;
        impl<'de> Visitor<'de> for PartsVisitor {
            type Value = PartsIn;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("parts: a string or an array")
            }

            fn visit_str<E>(self, text: &str) -> Result<PartsIn, E> {
                Ok(PartsIn(vec![Part::markdown(text)]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<PartsIn, A::Error> {
                let mut parts = Vec::new();
                while let Some(PartIn(part)) = array.next_element()? {
                    parts.push(part);
                }
                Ok(PartsIn(parts))
            }
        }
        deserializer.deserialize_any(PartsVisitor)
    }
}

struct CandidateIn(Candidate);

impl<'de> Deserialize<'de> for CandidateIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Object {
            parts: PartsIn,
            #[serde(default)]
            model: Option<String>,
            #[serde(default)]
            metadata: Metadata,
        }

        struct CandidateVisitor;
        impl<'de> Visitor<'de> for CandidateVisitor {
            type Value = CandidateIn;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a candidate: a string, an array or an object")
            }

            fn visit_str<E>(self, text: &str) -> Result<CandidateIn, E> {
                Ok(CandidateIn(Candidate::markdown(text)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<CandidateIn, A::Error> {
                let PartsIn(parts) = PartsIn::deserialize(SeqAccessDeserializer::new(array))?;
                Ok(CandidateIn(Candidate { parts, ..Candidate::default() }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<CandidateIn, A::Error> {
                let object = Object::deserialize(MapAccessDeserializer::new(map))?;
                let Object { parts: PartsIn(parts), model, metadata } = object;
                Ok(CandidateIn(Candidate { parts, model, metadata }))
            }
        }
        deserializer.deserialize_any(CandidateVisitor)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::collection::vec;
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn any_part() -> impl Strategy<Value = Part> {
        prop_oneof![
            any::<String>().prop_map(Part::markdown),
            any::<String>().prop_map(Part::plain),
            any::<(String, String)>().prop_map(|(role, text)| Part::message(role, text)),
            any::<String>().prop_map(Part::image),
            any::<String>().prop_map(|uri| Part::Video { uri }),
            any::<String>().prop_map(|uri| Part::Audio { uri }),
        ]
    }

    fn any_metadata() -> impl Strategy<Value = Metadata> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e300..1e300).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        let value = leaf.prop_recursive(2, 8, 3, |inner| vec(inner, 0..3).prop_map(Value::from));
        vec((any::<String>(), value), 0..3).prop_map(|fields| fields.into_iter().collect())
    }

    fn any_candidate() -> impl Strategy<Value = Candidate> {
        let model = prop_oneof![Just(None), any::<String>().prop_map(Some)];
        let metadata = prop_oneof![Just(Metadata::new()), any_metadata()];
        (vec(any_part(), 0..4), model, metadata).prop_map(|(parts, model, metadata)| Candidate {
            parts,
            model,
            metadata,
        })
    }

    proptest! {
        #[test]
        fn parts_come_back(parts in vec(any_part(), 0..4)) {
            let json = json_from_parts(&parts).unwrap();
            prop_assert_eq!(parts_from_json(&json).unwrap(), parts, "{}", json);
        }

        #[test]
        fn candidates_come_back(candidates in vec(any_candidate(), 0..4)) {
            let json = json_from_candidates(&candidates).unwrap();
            prop_assert_eq!(candidates_from_json(&json).unwrap(), candidates, "{}", json);
        }
    }

    #[test]
    fn common_content_is_written_short() {
        assert_eq!(json_from_parts(&[Part::markdown("a \"b\"")]).unwrap(), r#""a \"b\"""#);
        assert_eq!(json_from_parts(&[]).unwrap(), "[]");
        assert_eq!(
            json_from_parts(&[Part::markdown("a"), Part::image("b.png")]).unwrap(),
            r#"["a",{"type":"image","uri":"b.png"}]"#
        );
        let mut pair = [Candidate::markdown("x"), Candidate::markdown("y")];
        assert_eq!(json_from_candidates(&pair).unwrap(), r#"["x","y"]"#);
        pair[1].model = Some("m".to_owned());
        assert_eq!(json_from_candidates(&pair).unwrap(), r#"["x",{"parts":"y","model":"m"}]"#);
    }

    #[test]
    fn what_domain_writes_is_read_too() {
        let parts = [Part::markdown("a"), Part::plain("b")];
        assert_eq!(parts_from_json(&serde_json::to_string(&parts).unwrap()).unwrap(), parts);
        assert!(parts_from_json("7").is_err());
        assert!(candidates_from_json(r#"[{"model":"m"}]"#).is_err(), "no parts");
    }
}
