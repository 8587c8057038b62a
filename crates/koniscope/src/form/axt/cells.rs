//! Cells of the form, and back: texts, days and bits.

use koniscope_data::table::Row;

use super::Error;
use crate::{
    form::{
        Date,
        niosh_2_8::{
            BySide, Defect, Disorder, Extent, Form, Grade, Sides, Symbol, TypeOfReading, Width,
        },
    },
    reading::ByZone,
    stage::ilo::{LargeCategory, Profusion, Shape},
    zones::Zone,
};

/// Columns of the DICOM header that the form's heading has.
pub(super) const OF_HEADING: [&str; 5] = [
    "PatientLastName",
    "PatientFirstName",
    "PatientsBirthDate",
    "PatientComments",
    "ReferringPhysiciansName",
];

/// Bits of the zones, in the order of [`Zone::ALL`].
const ZONES: [u32; 6] = [0x100, 0x400, 0x1000, 0x200, 0x800, 0x2000];

/// Bits of the defects, in the order of [`Defect::ALL`].
const FIRST_DEFECT: u32 = 0x10;

const LARGE: [LargeCategory; 4] =
    [LargeCategory::O, LargeCategory::A, LargeCategory::B, LargeCategory::C];

const SEE_PHYSICIAN: [u32; 2] = [0x4_0000, 0x8_0000];

/// Cells of a form by column.
pub(super) fn of_form(form: &Form) -> Vec<(&'static str, String)> {
    let (heading, reader) = (&form.heading, &form.reader);
    let (plaques, thickening) = (&form.plaques, &form.thickening);
    let small = &form.small;
    let zones = (0..6).filter(|i| small.zones.0[*i]).fold(0, |bits, i| bits | ZONES[i]);
    let shape = |shape: Option<Shape>| shape.map_or(0, |shape| shape as u32 + 1);
    let parenchymal = shape(small.primary)
        | (shape(small.secondary) << 4)
        | zones
        | (small.profusion.map_or(0, |p| u32::from(p.index()) + 1) << 16)
        | (form.large.map_or(0, |large| large as u32 + 1) << 20);
    let wall =
        |s: &crate::form::niosh_2_8::WallSites| sites([s.profile, s.face_on, s.diaphragm, s.other]);
    let thin =
        |s: &crate::form::niosh_2_8::ThickeningSites| sites([s.profile, s.face_on, None, None]);
    let quality = &form.image_quality;
    let defects = quality.defects.iter().fold(0, |bits, d| bits | FIRST_DEFECT << (*d as u32));
    let see = form.see_physician.map_or(0, |see| SEE_PHYSICIAN[usize::from(!see)]);
    let reading = heading.type_of_reading.map_or(0, |kind| 1 << kind as u32);
    vec![
        ("PatientLastName", heading.patient_last_name.clone()),
        ("PatientFirstName", heading.patient_first_name.clone()),
        ("PatientsBirthDate", day(heading.birth_date)),
        ("PatientComments", heading.purpose.clone()),
        ("ReferringPhysiciansName", heading.ordering_physician.clone()),
        ("ReaderLastName", reader.last_name.clone()),
        ("PrintedSignatureName", reader.printed_name.clone()),
        ("IDNumber", reader.id.clone()),
        ("Initials", reader.initials.clone()),
        ("StreetAddress", reader.street.clone()),
        ("City", reader.city.clone()),
        ("State", reader.state.clone()),
        ("ZipCode", reader.zip.clone()),
        ("WorkerSSN", heading.examinee_id.clone()),
        ("DateOfRadiograph", day(heading.date_of_radiograph)),
        ("DateOfReading", day(reader.date_of_reading)),
        ("TypeOfReading", bits(reading, 4)),
        ("FacilityIDNumber", heading.facility.clone()),
        ("PhysicianNotificationStatus", bits(see, 32)),
        ("DatePhysicianContacted", day(form.date_notified)),
        ("ImageQuality", bits(quality.grade.map_or(0, |grade| 1 << grade as u32) | defects, 16)),
        ("ImageDefectOther", quality.other.clone()),
        ("AnyParenchymalAbnorm", answer(form.parenchymal)),
        ("ParenchymalAbnormalities", bits(parenchymal, 32)),
        ("AnyPleuralAbnormalities", answer(form.pleural)),
        ("PleuralPlaqueSites", bits(wall(&plaques.site), 16)),
        ("PleuralCalcificationSites", bits(wall(&plaques.calcification), 16)),
        ("PlaqueExtent", bits(sizes(plaques.extent, |size| size as u32), 16)),
        ("PlaqueWidth", bits(sizes(plaques.width, |size| size as u32), 16)),
        ("CostophrenicAngleOblit", bits(sites([form.angle, None, None, None]), 4)),
        ("PleuralThickeningSites", bits(thin(&thickening.site), 8)),
        ("ThickenCalcificationSites", bits(thin(&thickening.calcification), 8)),
        ("ThickeningExtent", bits(sizes(thickening.extent, |size| size as u32), 16)),
        ("ThickeningWidth", bits(sizes(thickening.width, |size| size as u32), 16)),
        ("AnyOtherAbnormalities", answer(form.other)),
        ("OtherSymbols", bits(form.symbols.iter().fold(0, |b, s| b | 1 << *s as u32), 32)),
        ("OtherAbnormalities", bits(form.disorders.iter().fold(0, |b, d| b | 1 << *d as u32), 32)),
        ("OtherAbnormalitiesComments", form.comments.clone()),
    ]
}

/// The form of a row.
pub(super) fn form_of(row: &Row<'_>) -> Result<Form, Error> {
    let mut form = Form::default();
    let text = |column: &str| row.cell(column).to_owned();
    let heading = &mut form.heading;
    heading.patient_last_name = text("PatientLastName");
    heading.patient_first_name = text("PatientFirstName");
    heading.birth_date = day_of(row, "PatientsBirthDate")?;
    heading.purpose = text("PatientComments");
    heading.ordering_physician = text("ReferringPhysiciansName");
    heading.examinee_id = text("WorkerSSN");
    heading.date_of_radiograph = day_of(row, "DateOfRadiograph")?;
    heading.facility = text("FacilityIDNumber");
    let kind = bits_of(row, "TypeOfReading", 4)?;
    heading.type_of_reading =
        TypeOfReading::ALL.iter().copied().find(|one| kind == 1 << *one as u32);
    let reader = &mut form.reader;
    reader.last_name = text("ReaderLastName");
    reader.printed_name = text("PrintedSignatureName");
    reader.id = text("IDNumber");
    reader.initials = text("Initials");
    reader.street = text("StreetAddress");
    reader.city = text("City");
    reader.state = text("State");
    reader.zip = text("ZipCode");
    reader.date_of_reading = day_of(row, "DateOfReading")?;

    let quality = bits_of(row, "ImageQuality", 16)?;
    form.image_quality.grade = one_of(row, "ImageQuality", quality & 0xf, Grade::ALL)?;
    form.image_quality.defects =
        set_of(row, "ImageQuality", quality >> 4, Defect::ALL)?.into_iter().collect();
    form.image_quality.other = text("ImageDefectOther");

    form.parenchymal = answer_of(row, "AnyParenchymalAbnorm")?;
    let column = "ParenchymalAbnormalities";
    let found = bits_of(row, column, 32)?;
    let known = ZONES.iter().fold(0x7f_00ff | 0xf_0000, |bits, zone| bits | zone);
    if found & !known != 0 {
        return Err(Error::of(row, column, "bits of shapes, zones, profusion and large opacities"));
    }
    form.small.primary = place(row, column, found & 0xf, &Shape::ALL)?;
    form.small.secondary = place(row, column, found >> 4 & 0xf, &Shape::ALL)?;
    form.small.zones = ByZone(Zone::ALL.map(|zone| found & ZONES[zone.index()] != 0));
    let profusions: [Profusion; 12] = std::array::from_fn(|i| Profusion::new(i as u8));
    form.small.profusion = place(row, column, found >> 16 & 0xf, &profusions)?;
    form.large = place(row, column, found >> 20, &LARGE)?;

    form.pleural = answer_of(row, "AnyPleuralAbnormalities")?;
    for (column, sites) in [
        ("PleuralPlaqueSites", &mut form.plaques.site),
        ("PleuralCalcificationSites", &mut form.plaques.calcification),
    ] {
        [sites.profile, sites.face_on, sites.diaphragm, sites.other] = sites_of(row, column, 16)?;
    }
    for (column, sites) in [
        ("PleuralThickeningSites", &mut form.thickening.site),
        ("ThickenCalcificationSites", &mut form.thickening.calcification),
    ] {
        [sites.profile, sites.face_on, ..] = sites_of(row, column, 8)?;
    }
    form.plaques.extent = sizes_of(row, "PlaqueExtent", Extent::ALL)?;
    form.plaques.width = sizes_of(row, "PlaqueWidth", Width::ALL)?;
    [form.angle, ..] = sites_of(row, "CostophrenicAngleOblit", 4)?;
    form.thickening.extent = sizes_of(row, "ThickeningExtent", Extent::ALL)?;
    form.thickening.width = sizes_of(row, "ThickeningWidth", Width::ALL)?;

    form.other = answer_of(row, "AnyOtherAbnormalities")?;
    let symbols = bits_of(row, "OtherSymbols", 32)?;
    form.symbols = set_of(row, "OtherSymbols", symbols, Symbol::ALL)?.into_iter().collect();
    let disorders = bits_of(row, "OtherAbnormalities", 32)?;
    form.disorders =
        set_of(row, "OtherAbnormalities", disorders, Disorder::ALL)?.into_iter().collect();
    form.comments = text("OtherAbnormalitiesComments");

    let column = "PhysicianNotificationStatus";
    let status = bits_of(row, column, 32)?;
    form.see_physician = match SEE_PHYSICIAN.map(|bit| status & bit != 0) {
        [false, false] => None,
        [true, false] => Some(true),
        [false, true] => Some(false),
        [true, true] => return Err(Error::of(row, column, "yes or no, not both,")),
    };
    form.date_notified = day_of(row, "DatePhysicianContacted")?;
    form.notified = form.date_notified.map(|_| true);
    Ok(form)
}

/// A day as `11/30/2026`.
fn day(date: Option<Date>) -> String {
    let Some((year, month, day)) = date.map(Date::parts) else { return "  /  /    ".into() };
    format!("{month:02}/{day:02}/{year:04}")
}

fn day_of(row: &Row<'_>, column: &str) -> Result<Option<Date>, Error> {
    let cell: String = row.cell(column).chars().filter(|c| *c != ' ').collect();
    if matches!(cell.as_str(), "" | "//") {
        return Ok(None);
    }
    let parts: Option<Vec<u16>> =
        cell.split('/').map(|part| part.parse().ok().filter(|_| part.len() <= 4)).collect();
    let date = match parts.as_deref() {
        Some([month, day, year]) => match (u8::try_from(*month), u8::try_from(*day)) {
            (Ok(month), Ok(day)) => Date::new(*year, month, day),
            _ => None,
        },
        _ => None,
    };
    date.map(Some).ok_or_else(|| Error::of(row, column, "month/day/year of the calendar"))
}

fn bits(value: u32, digits: usize) -> String {
    format!("{value:0digits$b}")
}

/// Bits of a cell: digits 0 and 1 of which the last `digits` may be set; 0 where it is empty.
fn bits_of(row: &Row<'_>, column: &str, digits: usize) -> Result<u32, Error> {
    let cell = row.cell(column);
    let significant = cell.trim_start_matches('0');
    let is_good = significant.len() <= digits && cell.bytes().all(|b| matches!(b, b'0' | b'1'));
    match (significant, is_good) {
        ("", true) => Ok(0),
        (_, true) => u32::from_str_radix(significant, 2)
            .map_err(|_| Error::of(row, column, format!("{digits} digits 0 or 1"))),
        (_, false) => Err(Error::of(row, column, format!("{digits} digits 0 or 1"))),
    }
}

fn answer(answer: Option<bool>) -> String {
    bits(answer.map_or(2, u32::from), 4)
}

fn answer_of(row: &Row<'_>, column: &str) -> Result<Option<bool>, Error> {
    match (row.cell(column), bits_of(row, column, 4)?) {
        ("", _) | (_, 2) => Ok(None),
        (_, 0) => Ok(Some(false)),
        (_, 1) => Ok(Some(true)),
        _ => Err(Error::of(row, column, "no 0000, yes 0001 or 0010")),
    }
}

/// The one whose place, from 1 on, is given; none for 0.
fn place<T: Copy>(row: &Row<'_>, column: &str, place: u32, of: &[T]) -> Result<Option<T>, Error> {
    match (place as usize).checked_sub(1) {
        None => Ok(None),
        Some(i) => match of.get(i) {
            Some(one) => Ok(Some(*one)),
            None => Err(Error::of(row, column, format!("at most {} in each place", of.len()))),
        },
    }
}

/// Those whose bit is set.
fn set_of<T: Copy>(row: &Row<'_>, column: &str, bits: u32, of: &[T]) -> Result<Vec<T>, Error> {
    if of.len() < 32 && bits >> of.len() != 0 {
        return Err(Error::of(row, column, format!("one bit for each of {} words", of.len())));
    }
    Ok((0..of.len()).filter(|i| bits >> i & 1 == 1).map(|i| of[i]).collect())
}

/// The one whose bit is set, of one at most.
fn one_of<T: Copy>(row: &Row<'_>, column: &str, bits: u32, of: &[T]) -> Result<Option<T>, Error> {
    match set_of(row, column, bits, of)?[..] {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        _ => Err(Error::of(row, column, "one grade at most")),
    }
}

/// Four bits a site: none 1, right 2, left 4.
fn sites(sites: [Option<Sides>; 4]) -> u32 {
    let bits = sites.map(|sides| match sides {
        None => 0,
        Some(Sides::None) => 1,
        Some(Sides::Right) => 2,
        Some(Sides::Left) => 4,
        Some(Sides::Both) => 6,
    });
    bits.iter().rev().fold(0, |all, bits| all << 4 | bits)
}

fn sites_of(row: &Row<'_>, column: &str, digits: usize) -> Result<[Option<Sides>; 4], Error> {
    let all = bits_of(row, column, digits)?;
    let mut sites = [None; 4];
    for (i, site) in sites.iter_mut().enumerate() {
        *site = match all >> (4 * i) & 0xf {
            0 => None,
            1 => Some(Sides::None),
            2 => Some(Sides::Right),
            4 => Some(Sides::Left),
            6 => Some(Sides::Both),
            _ => return Err(Error::of(row, column, "none, or right and left,")),
        };
    }
    Ok(sites)
}

/// Eight bits a side, right first: none 1, present 2, and the size at 0x10, 0x20, 0x40.
fn sizes<T: Copy>(sizes: BySide<T>, index: impl Fn(T) -> u32) -> u32 {
    let side = |size: Option<T>| match size.map(&index) {
        None => 0,
        Some(0) => 1,
        Some(1) => 2,
        Some(size) => 2 | 0x4 << size,
    };
    side(sizes.left) << 8 | side(sizes.right)
}

fn sizes_of<T: Copy>(row: &Row<'_>, column: &str, of: &[T]) -> Result<BySide<T>, Error> {
    let all = bits_of(row, column, 16)?;
    let side = |bits: u32| match bits & 0xff {
        0 => Ok(None),
        1 => Ok(Some(of[0])),
        2 => Ok(Some(of[1])),
        // A size without a side has one all the same.
        0x10 | 0x12 => Ok(Some(of[2])),
        0x20 | 0x22 => Ok(Some(of[3])),
        0x40 | 0x42 => Ok(Some(of[4])),
        _ => Err(Error::of(row, column, "none, or one size, a side")),
    };
    Ok(BySide { right: side(all)?, left: side(all >> 8)? })
}
