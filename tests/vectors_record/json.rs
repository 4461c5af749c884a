//! The notation of the vector files.
#![allow(dead_code)] // Each test program uses its part.

use std::collections::BTreeMap;

use privity::testing::cbor::Writer;
use serde_json::Value as Json;

/// `#n` stands for an item of the pool.
pub fn resolve(json: &Json, file: &Json) -> Json {
    match json {
        Json::String(it) if it.starts_with('#') => file["pool"][it[1..].parse::<usize>().unwrap()].clone(),
        Json::Array(items) => items.iter().map(|item| resolve(item, file)).collect(),
        Json::Object(map) => {
            Json::Object(map.iter().map(|(key, value)| (key.clone(), resolve(value, file))).collect())
        }
        other => other.clone(),
    }
}

/// The files' notation of CBOR values.
pub fn cbor(json: &Json) -> Vec<u8> {
    let mut writer = Writer::new();
    match json {
        Json::Bool(value) => drop(writer.boolean(*value)),
        Json::Number(value) if value.is_u64() => drop(writer.unsigned(value.as_u64().unwrap())),
        Json::Number(value) => drop(writer.signed(value.as_i64().unwrap())),
        Json::String(hex) => drop(writer.bytes(&unhex(hex))),
        Json::Array(items) => {
            writer.array(items.len());
            for item in items {
                writer.item(&cbor(item));
            }
        }
        Json::Object(map) if map.contains_key("text") => drop(writer.text(text(&map["text"]))),
        Json::Object(map) => {
            let sorted: BTreeMap<u64, &Json> =
                map.iter().map(|(key, value)| (key.parse().unwrap(), value)).collect();
            writer.map(sorted.len());
            for (key, value) in sorted {
                writer.unsigned(key).item(&cbor(value));
            }
        }
        Json::Null => panic!("no null in CBOR values"),
    }
    writer.finish()
}

pub fn join(parts: &Json) -> Vec<u8> {
    let part = |part: &Json| match part {
        Json::Array(pair) => bytes(&pair[0]).repeat(usize::try_from(number(&pair[1])).unwrap()),
        part => bytes(part),
    };
    list(parts).iter().flat_map(part).collect()
}

pub fn list(json: &Json) -> &Vec<Json> {
    json.as_array().unwrap()
}

pub fn text(json: &Json) -> &str {
    json.as_str().unwrap()
}

pub fn number(json: &Json) -> u64 {
    json.as_u64().unwrap()
}

pub fn bytes(json: &Json) -> Vec<u8> {
    unhex(text(json))
}

pub fn fixed<const N: usize>(json: &Json) -> [u8; N] {
    bytes(json).try_into().unwrap()
}

pub fn unhex(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// Shows every hexadecimal string there is.
pub fn strings(json: &Json, see: &mut impl FnMut(&str)) {
    match json {
        Json::String(it) if it.len() % 2 == 0 && it.bytes().all(|b| b.is_ascii_hexdigit()) => see(it),
        Json::Array(items) => items.iter().for_each(|item| strings(item, see)),
        Json::Object(map) => map.values().for_each(|value| strings(value, see)),
        _ => {}
    }
}
