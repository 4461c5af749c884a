use super::*;

const MAX: usize = 1 << 16;

fn code(text: impl AsRef<[u8]>) -> &'static str {
    parse(text.as_ref(), MAX).unwrap_err().code()
}

#[test]
fn escapes_are_those_of_rfc_8785() {
    let all: String = (0..=0x2100_u32).filter_map(char::from_u32).collect();
    let mut wanted = String::from("\"");
    for c in all.chars() {
        match c {
            '"' => wanted.push_str("\\\""),
            '\\' => wanted.push_str("\\\\"),
            '\u{8}' => wanted.push_str("\\b"),
            '\u{c}' => wanted.push_str("\\f"),
            '\n' => wanted.push_str("\\n"),
            '\r' => wanted.push_str("\\r"),
            '\t' => wanted.push_str("\\t"),
            c if c < ' ' => wanted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => wanted.push(c),
        }
    }
    wanted.push_str("\"\n");
    assert_eq!(write(&Value::Text(all.clone())).unwrap(), wanted.as_bytes());
    assert_eq!(parse(wanted.as_bytes(), MAX).unwrap(), Value::Text(all));
}

#[test]
fn members_are_sorted_by_units_of_utf16() {
    // The order of RFC 8785 §3.2.3; by code points U+FB33 would precede U+1F600.
    let names = ["\r", "1", "\u{80}", "\u{f6}", "\u{20ac}", "\u{1f600}", "\u{fb33}"];
    let text: Vec<String> =
        names.iter().map(|name| String::from_utf8(write(&(*name).into()).unwrap()).unwrap()).collect();
    let text: Vec<String> = text.iter().map(|name| format!("{}:0", name.trim_end())).collect();
    let text = format!("{{{}}}\n", text.join(","));
    let value = Value::map(names.map(|name| (name, Value::Integer(0))));
    assert_eq!(String::from_utf8(write(&value).unwrap()).unwrap(), text);
    assert_eq!(parse(text.as_bytes(), MAX).unwrap(), value);
    assert_eq!(code("{\"\u{fb33}\":0,\"\u{1f600}\":0}\n"), "json");
}

#[test]
fn whatever_is_not_the_one_form_is_refused() {
    let good = ["{\"a\":[1,-2,true,null,\"x\"],\"b\":{}}\n", "[]\n", "0\n", "9007199254740991\n", "\"\"\n"];
    for text in good {
        assert_eq!(write(&parse(text.as_bytes(), MAX).unwrap()).unwrap(), text.as_bytes());
    }
    for text in [
        "",
        "\n",
        "{}",
        "{}\n\n",
        "{}\r\n",
        " {}\n",
        "{ }\n",
        "{}\n{}\n",
        "{}x\n",
        "\u{feff}{}\n",
        "{\"a\":1,\"a\":1}\n",
        "{\"a\":1,\"a\":2}\n",
        "{\"b\":1,\"a\":2}\n",
        "{\"a\": 1}\n",
        "{\"a\":1,}\n",
        "{a:1}\n",
        "{'a':1}\n",
        "[1,]\n",
        "[01]\n",
        "[+1]\n",
        "[-0]\n",
        "[1.0]\n",
        "[1.5]\n",
        "[1e3]\n",
        "[1E3]\n",
        "[-0.0]\n",
        "[NaN]\n",
        "[Infinity]\n",
        "[9007199254740992]\n",
        "[-9007199254740992]\n",
        "[9223372036854775808]\n",
        "[18446744073709551616]\n",
        "[1e400]\n",
        "\"\\u0041\"\n",
        "\"\\/\"\n",
        "\"\\u000A\"\n",
        "\"\\u000a\"\n",
        "\"\\u001F\"\n",
        "\"\\ud83d\\ude00\"\n",
        "\"\\ud800\"\n",
        "\"\t\"\n",
        "\"\\u007f\"\n",
        "True\n",
        "nul\n",
        "// x\n{}\n",
        "{\"$serde_json::private::Number\":\"5\"}x\n",
    ] {
        assert_eq!(code(text), "json", "{text:?}");
    }
    assert_eq!(code(b"\"\xff\"\n"), "json");
    assert_eq!(code(b"\"\xed\xa0\x80\"\n"), "json");
}

#[test]
fn depth_size_and_number_are_bounded() {
    let deep = |levels: usize| format!("{}{}\n", "[".repeat(levels), "]".repeat(levels));
    assert!(parse(deep(16).as_bytes(), MAX).is_ok());
    for levels in [17, 128, 129, 20_000] {
        assert_eq!(code(deep(levels)), "json", "{levels}");
    }
    let maps = format!("{}0{}\n", "{\"a\":".repeat(17), "}".repeat(17));
    assert_eq!(code(maps), "json");
    let mut value = Value::Null;
    for _ in 0..17 {
        value = Value::List(vec![value]);
    }
    assert_eq!(write(&value).unwrap_err().code(), "json");
    for number in [1 << 53, -(1 << 53), i64::MIN, i64::MAX] {
        assert_eq!(write(&Value::Integer(number)).unwrap_err().code(), "json");
    }
    assert_eq!(parse(b"{}\n", 2).unwrap_err().code(), "too-large");
    assert!(parse(b"{}\n", 3).is_ok());
    let objects = |count: usize| format!("[{}{{}}]\n", "{},".repeat(count - 1));
    assert!(parse(objects(MAX_OBJECTS).as_bytes(), 1 << 20).is_ok());
    assert_eq!(parse(objects(MAX_OBJECTS + 1).as_bytes(), 1 << 20).unwrap_err().code(), "json");
    let many = format!("[{}0]\n", "0,".repeat(MAX_VALUES));
    assert_eq!(parse(many.as_bytes(), usize::MAX).unwrap_err().code(), "json");
}

#[test]
fn fields_are_taken_once_and_leftovers_told() {
    let text = b"{\"a\":\"x\",\"b\":7,\"c\":true,\"d\":[1],\"e\":{\"f\":-1},\"z\":null}\n";
    let mut fields = Fields::of(parse(text, MAX).unwrap(), Code::Manifest).unwrap();
    assert!(fields.has("a"));
    assert_eq!(fields.text("a").unwrap(), "x");
    assert_eq!(fields.text("a").unwrap_err().code(), "manifest");
    assert_eq!(fields.optional_text("a").unwrap(), None);
    assert_eq!(fields.unsigned("b").unwrap(), 7);
    assert!(fields.boolean("c").unwrap());
    assert_eq!(fields.list("d").unwrap(), [Value::Integer(1)]);
    assert_eq!(fields.optional_list("d").unwrap(), None);
    let mut inner = fields.fields("e").unwrap();
    assert_eq!(inner.unsigned("f").unwrap_err().code(), "manifest");
    inner.end().unwrap();
    assert_eq!(fields.left().collect::<Vec<_>>(), ["z"]);
    assert_eq!(fields.end().unwrap_err().code(), "manifest");
    for value in [Value::Null, Value::List(vec![])] {
        assert_eq!(Fields::of(value, Code::Receipt).unwrap_err().code(), "receipt");
    }
    let mut wrong = Fields::of(parse(text, MAX).unwrap(), Code::Manifest).unwrap();
    assert!(wrong.optional_text("b").is_err() && wrong.boolean("a").is_err() && wrong.fields("d").is_err());
    assert!(wrong.optional_list("c").is_err() && wrong.unsigned("z").is_err());
}
