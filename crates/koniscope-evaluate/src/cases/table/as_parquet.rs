//! Columns as Parquet, in one group of rows.

use std::sync::Arc;

use koniscope::reading::DISCLAIMER;
use parquet::{
    basic::{ConvertedType, Repetition, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type},
    errors::Result,
    file::{
        metadata::KeyValue,
        properties::WriterProperties,
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
    schema::types::{Type, TypePtr},
};

use super::{Column, Values};

/// The file. It says in its own metadata what it is not for.
pub(super) fn written(columns: &[Column]) -> Result<Vec<u8>> {
    let fields: Result<Vec<TypePtr>> = columns.iter().map(field).collect();
    let schema = Type::group_type_builder("cases").with_fields(fields?).build()?;
    let disclaimer = KeyValue::new("disclaimer".into(), DISCLAIMER.to_owned());
    let properties = WriterProperties::builder()
        .set_created_by(format!("koniscope {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(vec![disclaimer]))
        .build();
    let mut bytes = Vec::new();
    let mut file = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::new(properties))?;
    let mut rows = file.next_row_group()?;
    for column in columns {
        if let Some(mut writer) = rows.next_column()? {
            write(&mut writer, &column.values)?;
            writer.close()?;
        }
    }
    rows.close()?;
    file.close()?;
    Ok(bytes)
}

fn field(column: &Column) -> Result<TypePtr> {
    let (physical, converted) = match column.values {
        Values::Text(_) => (Physical::BYTE_ARRAY, ConvertedType::UTF8),
        Values::Number(_) => (Physical::DOUBLE, ConvertedType::NONE),
        Values::Whole(_) => (Physical::INT32, ConvertedType::NONE),
        Values::Yes(_) => (Physical::BOOLEAN, ConvertedType::NONE),
    };
    let field = Type::primitive_type_builder(&column.name, physical)
        .with_converted_type(converted)
        .with_repetition(Repetition::OPTIONAL);
    Ok(Arc::new(field.build()?))
}

fn write(writer: &mut SerializedColumnWriter, values: &Values) -> Result<()> {
    match values {
        Values::Text(values) => {
            let bytes: Vec<Option<ByteArray>> =
                values.iter().map(|text| Some(ByteArray::from(text.as_ref()?.as_str()))).collect();
            batch::<ByteArrayType>(writer, &bytes)
        }
        Values::Number(values) => batch::<DoubleType>(writer, values),
        Values::Whole(values) => batch::<Int32Type>(writer, values),
        Values::Yes(values) => batch::<BoolType>(writer, values),
    }
}

/// Values that are known, and which ones they are.
fn batch<T: DataType>(writer: &mut SerializedColumnWriter, values: &[Option<T::T>]) -> Result<()> {
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let known: Vec<T::T> = values.iter().flatten().cloned().collect();
    writer.typed::<T>().write_batch(&known, Some(&levels), None)?;
    Ok(())
}
