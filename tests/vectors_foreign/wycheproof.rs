//! How Wycheproof files are read.

use serde_json::Value;

use crate::vectors;

/// One test, with its group beside it.
pub struct Test {
    pub group: Value,
    pub fields: Value,
}

impl Test {
    pub fn id(&self) -> u64 {
        vectors::number(&self.fields, "tcId")
    }

    /// `valid`, `invalid` or `acceptable`.
    pub fn result(&self) -> &str {
        vectors::text(&self.fields, "result")
    }

    /// For files that leave no choice.
    pub fn is_valid(&self) -> bool {
        match self.result() {
            "valid" => true,
            "invalid" => false,
            other => panic!("test {}: unknown result {other}", self.id()),
        }
    }

    pub fn flags(&self) -> Vec<&str> {
        vectors::items(&self.fields, "flags").iter().filter_map(Value::as_str).collect()
    }

    pub fn has(&self, flag: &str) -> bool {
        self.flags().contains(&flag)
    }

    pub fn bytes(&self, field: &str) -> Vec<u8> {
        vectors::bytes(&self.fields, field)
    }
}

/// All tests of a file, as many as it announces; `None` without a shared folder.
pub fn read(file: &str) -> Option<Vec<Test>> {
    let top = vectors::json(&format!("wycheproof/{file}"))?;
    let groups = vectors::items(&top, "testGroups");
    let tests: Vec<Test> = groups
        .iter()
        .flat_map(|group| {
            let mut alone = group.clone();
            alone.as_object_mut().expect("a group").remove("tests");
            let fields = vectors::items(group, "tests").iter();
            fields.map(move |fields| Test { group: alone.clone(), fields: fields.clone() })
        })
        .collect();
    assert_eq!(tests.len() as u64, vectors::number(&top, "numberOfTests"));
    Some(tests)
}
