//! The form as a value.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Defect, Disorder, Extent, Field, Grade, Sides, Symbol, TypeOfReading, Width};
use crate::{
    form::Date,
    reading::ByZone,
    stage::ilo::{LargeCategory, Profusion, Shape},
};

/// The form, in its order. What is not answered is `None`, empty or, for a zone, false.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    /// Who was filmed, when and for what.
    pub heading: Heading,
    /// 1, technical quality.
    pub image_quality: ImageQuality,
    /// 2A, any parenchymal abnormality consistent with pneumoconiosis.
    pub parenchymal: Option<bool>,
    /// 2B.
    pub small: SmallOpacities,
    /// 2C.
    pub large: Option<LargeCategory>,
    /// 3A, any pleural abnormality consistent with pneumoconiosis.
    pub pleural: Option<bool>,
    /// 3B.
    pub plaques: Plaques,
    /// 3C, costophrenic angle obliterated.
    pub angle: Option<Sides>,
    /// 3D.
    pub thickening: Thickening,
    /// 4A, any other abnormality.
    pub other: Option<bool>,
    /// 4B.
    pub symbols: BTreeSet<Symbol>,
    /// 4C.
    pub disorders: BTreeSet<Disorder>,
    /// 4D, whether the worker should see a physician about it.
    pub see_physician: Option<bool>,
    /// 4D, whether the worker or the physician was told.
    pub notified: Option<bool>,
    /// 4D, when.
    pub date_notified: Option<Date>,
    /// 4E.
    pub comments: String,
    /// 5.
    pub reader: Reader,
}

/// The heading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Heading {
    /// Number of the examinee; the form has the last four digits of the social security number.
    pub examinee_id: String,
    pub date_of_radiograph: Option<Date>,
    pub facility: String,
    pub type_of_reading: Option<TypeOfReading>,
    pub patient_last_name: String,
    pub patient_first_name: String,
    pub birth_date: Option<Date>,
    pub ordering_physician: String,
    pub purpose: String,
}

/// Field 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImageQuality {
    /// The grade.
    pub grade: Option<Grade>,
    /// What is wrong, where the grade is not 1.
    pub defects: BTreeSet<Defect>,
    /// What else is wrong, with [`Defect::Other`].
    pub other: String,
}

/// Field 2B.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmallOpacities {
    /// Shape and size of most of them.
    pub primary: Option<Shape>,
    /// Of the others, or again the same.
    pub secondary: Option<Shape>,
    /// Where they are.
    pub zones: ByZone<bool>,
    /// Overall profusion.
    pub profusion: Option<Profusion>,
}

impl Default for SmallOpacities {
    fn default() -> Self {
        Self { primary: None, secondary: None, zones: ByZone([false; 6]), profusion: None }
    }
}

/// One answer for the right side, one for the left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BySide<T> {
    /// The patient's right.
    pub right: Option<T>,
    /// The patient's left.
    pub left: Option<T>,
}

impl<T> Default for BySide<T> {
    fn default() -> Self {
        Self { right: None, left: None }
    }
}

/// Sites of plaques.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WallSites {
    /// Chest wall in profile.
    pub profile: Option<Sides>,
    /// Chest wall face on.
    pub face_on: Option<Sides>,
    /// Diaphragm.
    pub diaphragm: Option<Sides>,
    /// Other sites.
    pub other: Option<Sides>,
}

/// Field 3B.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plaques {
    /// Where plaques are.
    pub site: WallSites,
    /// Where they are calcified.
    pub calcification: WallSites,
    /// Extent on the chest wall, in profile and face on together.
    pub extent: BySide<Extent>,
    /// Width in profile; 3 mm are the least.
    pub width: BySide<Width>,
}

/// Sites of diffuse thickening.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThickeningSites {
    /// Chest wall in profile.
    pub profile: Option<Sides>,
    /// Chest wall face on.
    pub face_on: Option<Sides>,
}

/// Field 3D.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thickening {
    /// Where the pleura is thickened.
    pub site: ThickeningSites,
    /// Where it is calcified.
    pub calcification: ThickeningSites,
    /// Extent on the chest wall.
    pub extent: BySide<Extent>,
    /// Width in profile.
    pub width: BySide<Width>,
}

/// Field 5.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Reader {
    pub last_name: String,
    pub printed_name: String,
    pub id: String,
    pub initials: String,
    pub street: String,
    pub city: String,
    pub state: String,
    pub zip: String,
    pub date_of_reading: Option<Date>,
}

impl Form {
    /// What a field holds, as JSON.
    pub fn value(&self, field: Field) -> Value {
        self.as_json().pointer(&field.pointer()).cloned().unwrap_or(Value::Null)
    }

    /// Whether a field is answered.
    pub fn is_answered(&self, field: Field) -> bool {
        match self.value(field) {
            Value::Null | Value::Bool(false) if field.section() == super::Section::TwoB => false,
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => true,
        }
    }

    /// The same form with some fields as they are in another.
    #[must_use]
    pub fn with(&self, fields: &[Field], from: &Self) -> Self {
        let (mut json, from) = (self.as_json(), from.as_json());
        for pointer in fields.iter().map(|field| field.pointer()) {
            if let (Some(into), Some(value)) = (json.pointer_mut(&pointer), from.pointer(&pointer))
            {
                *into = value.clone();
            }
        }
        serde_json::from_value(json)
            .unwrap_or_else(|e| unreachable!("fields of two forms make a form: {e}"))
    }

    pub(crate) fn as_json(&self) -> Value {
        serde_json::to_value(self)
            .unwrap_or_else(|e| unreachable!("a form of words and days is JSON: {e}"))
    }
}
