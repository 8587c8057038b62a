//! Every recipe that is shipped can be read, by the one command that it is for.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use koniscope_train::{
    Error,
    recipe::{ClassifierRecipe, FindingsRecipe, LungRecipe, ZoneRecipe},
};

#[test]
fn every_recipe_is_read_by_one_command() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "toml") {
            continue;
        }
        count += 1;
        let readers: [Result<(), Error>; 4] = [
            LungRecipe::read(&path).map(drop),
            ClassifierRecipe::read(&path).map(drop),
            ZoneRecipe::read(&path).map(drop),
            FindingsRecipe::read(&path).map(drop),
        ];
        let read = readers.iter().filter(|reader| reader.is_ok()).count();
        assert_eq!(read, 1, "{}: {readers:#?}", path.display());
    }
    assert!(count > 3, "{count} recipes");
}
