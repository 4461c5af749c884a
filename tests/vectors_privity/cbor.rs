//! `cbor.json`.

use privity::testing::cbor::{Reader, Writer, check};
use serde_json::{Value, json};

use crate::case::{Case, Outcome, Refused, Vectors};
use crate::vectors::{hex, unhex};

#[test]
fn every_case_of_cbor_json() {
    let Some(vectors) = Vectors::read("cbor.json") else { return };
    vectors.run(
        |case| match case.op.as_str() {
            "cbor.encode" => encode(case),
            "cbor.decode" => decode(case),
            other => panic!("unknown operation {other}"),
        },
        // One encoding is allowed; how far another is from it does not matter.
        |_, _| "cbor",
    );
}

fn encode(case: &Case) -> Outcome {
    let mut writer = Writer::new();
    write(&mut writer, &case.input["value"]);
    let bytes = writer.finish();
    check(&bytes)?;
    let mut reader = Reader::new(&bytes, bytes.len())?;
    read(&mut reader, &case.input["value"])?;
    Ok(json!(hex(&bytes)))
}

fn decode(case: &Case) -> Outcome {
    let bytes = case.bytes("encoded");
    let checked = check(&bytes);
    assert_eq!(checked.is_ok(), Reader::new(&bytes, bytes.len()).is_ok(), "{}", case.name);
    checked?;
    Ok(Value::Null)
}

fn write(writer: &mut Writer, value: &Value) {
    match value {
        Value::Bool(value) => drop(writer.boolean(*value)),
        Value::Number(value) => match value.as_u64() {
            Some(value) => drop(writer.unsigned(value)),
            None => drop(writer.signed(value.as_i64().expect("an integer"))),
        },
        Value::String(value) => drop(writer.bytes(&unhex(value))),
        Value::Array(items) => {
            writer.array(items.len());
            items.iter().for_each(|item| write(writer, item));
        }
        Value::Object(_) => match as_text(value) {
            Some(text) => drop(writer.text(text)),
            None => {
                let fields = as_map(value);
                writer.map(fields.len());
                for (key, field) in fields {
                    writer.unsigned(key);
                    write(writer, field);
                }
            }
        },
        Value::Null => panic!("no null in CBOR of ours"),
    }
}

/// Reads exactly this value.
fn read(reader: &mut Reader<'_>, value: &Value) -> Result<(), Refused> {
    match value {
        Value::Bool(value) => assert_eq!(reader.boolean()?, *value),
        Value::Number(value) => match value.as_u64() {
            Some(value) => assert_eq!(reader.unsigned()?, value),
            None => assert_eq!(Some(reader.signed()?), value.as_i64()),
        },
        Value::String(value) => assert_eq!(reader.bytes()?, unhex(value)),
        Value::Array(items) => {
            assert_eq!(reader.array()?, items.len() as u64);
            items.iter().try_for_each(|item| read(reader, item))?;
        }
        Value::Object(_) => match as_text(value) {
            Some(text) => assert_eq!(reader.text()?, text),
            None => {
                let mut fields = reader.map()?;
                for (key, field) in as_map(value) {
                    reader.field(&mut fields, key)?;
                    read(reader, field)?;
                }
                reader.end(fields)?;
            }
        },
        Value::Null => panic!("no null in CBOR of ours"),
    }
    Ok(())
}

/// `{"text": …}` stands for a text string, any other object for a map.
fn as_text(value: &Value) -> Option<&str> {
    value.get("text")?.as_str()
}

/// Fields by ascending key.
fn as_map(value: &Value) -> Vec<(u64, &Value)> {
    let fields = value.as_object().into_iter().flatten();
    let mut fields: Vec<_> = fields.map(|(key, field)| (key.parse().expect("a key"), field)).collect();
    fields.sort_by_key(|(key, _)| *key);
    fields
}
