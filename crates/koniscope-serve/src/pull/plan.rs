//! What a query found, and what of it is to come.

use koniscope_dicom::{Attributes, Tag, VR, tags};
use serde::Serialize;

use super::{Method, Pull, PullError, wanted::Wanted};
use crate::{
    dimse::MessageError,
    scp::FILMS,
    scu::{Outgoing, ScuError, identifier},
};

/// Most answers to one query: a wish that finds more is to be narrowed.
const MOST: usize = 10_000;

/// Most films of one pull.
const MOST_FILMS: usize = 100_000;

/// What is to become of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is to come.
    Coming,
    /// It is here.
    Held,
    /// The limit is reached before it.
    Beyond,
}

/// A film that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Film {
    /// SOP Class UID; empty where the peer does not tell.
    pub sop_class_uid: String,
    /// SOP Instance UID.
    pub sop_instance_uid: String,
    /// What is to become of it.
    pub standing: Standing,
}

/// A series that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Series {
    /// Series Instance UID.
    pub series_instance_uid: String,
    /// Modality.
    pub modality: String,
    /// Body Part Examined; empty where it is not told.
    pub body_part: String,
    /// Its films.
    pub films: Vec<Film>,
}

/// A study that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Study {
    /// Study Instance UID.
    pub study_instance_uid: String,
    /// Study Date; empty where it is not told.
    pub study_date: String,
    /// Series with films that are wanted.
    pub series: Vec<Series>,
}

/// What was found. It names no patient.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// What this is for.
    pub disclaimer: &'static str,
    /// How films would come: `C-GET`, `C-MOVE`, or `no way` where the peer offers neither.
    pub by: &'static str,
    /// Studies with films that are wanted.
    pub studies: Vec<Study>,
    /// Series of these studies that are not wanted: of other modalities or body parts, or of no film.
    pub series_left_out: usize,
}

impl Plan {
    /// All films.
    pub fn films(&self) -> impl Iterator<Item = &Film> {
        self.studies.iter().flat_map(|study| &study.series).flat_map(|series| &series.films)
    }

    /// How many films stand so.
    pub fn number(&self, standing: Standing) -> usize {
        self.films().filter(|film| film.standing == standing).count()
    }

    /// As text, a series a line.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        for study in &self.studies {
            for series in &study.series {
                let number =
                    |standing| series.films.iter().filter(|f| f.standing == standing).count();
                let mut told = format!("{} to come", number(Standing::Coming));
                for (standing, words) in
                    [(Standing::Held, "held"), (Standing::Beyond, "beyond the limit")]
                {
                    if number(standing) > 0 {
                        told += &format!(", {} {words}", number(standing));
                    }
                }
                let Study { study_instance_uid, study_date, .. } = study;
                let date = if study_date.is_empty() { "no date " } else { study_date };
                let what = [&*series.modality, &*series.body_part].join(" ");
                lines.push(format!("{date}  {:8}  {told}  {study_instance_uid}", what.trim()));
            }
        }
        let (studies, films) = (self.studies.len(), self.films().count());
        let coming = self.number(Standing::Coming);
        let mut last = format!("{studies} studies, {films} films, {coming} to come by {}", self.by);
        for (number, words) in [
            (self.number(Standing::Held), "films held already"),
            (self.number(Standing::Beyond), "films beyond the limit"),
            (self.series_left_out, "series left out for modality, body part or class"),
        ] {
            if number > 0 {
                last += &format!(", {number} {words}");
            }
        }
        lines.push(last);
        lines.push(self.disclaimer.to_owned());
        lines.join("\n") + "\n"
    }
}

impl Pull {
    /// Asks the peer what it has.
    ///
    /// # Errors
    /// [`PullError`].
    pub async fn find(&self) -> Result<Plan, PullError> {
        let mut association = self.open().await?;
        let found = self.find_on(&mut association).await;
        match &found {
            Ok(_) => association.release().await,
            Err(_) => association.abort().await,
        }
        found
    }

    async fn find_on(&self, association: &mut Outgoing) -> Result<Plan, PullError> {
        let gets = association.gets(&FILMS);
        let by = match self.method {
            Some(Method::Move) if association.moves() => "C-MOVE",
            None | Some(Method::Get) if gets => "C-GET",
            None if association.moves() && self.target.is_node() => "C-MOVE",
            _ => "no way",
        };
        let disclaimer = "Research use only. Not a medical device; not for diagnosis.";
        let mut plan = Plan { disclaimer, by, studies: Vec::new(), series_left_out: 0 };
        let study = |one: &Attributes| {
            if !self.wanted.has_modality(&identifier::text(one, tags::MODALITIES_IN_STUDY)) {
                return Ok(None);
            }
            Ok(Some(Study {
                study_instance_uid: told(one, tags::STUDY_INSTANCE_UID)?,
                study_date: identifier::text(one, tags::STUDY_DATE),
                series: Vec::new(),
            }))
        };
        let asked = identifier::of(&self.wanted.of_studies());
        let found = association.find(&asked, MOST, study).await?;
        let (mut coming, mut films) = (0, 0);
        for mut study in found.into_iter().flatten() {
            for mut series in series_of(association, &study.study_instance_uid).await? {
                let is_wanted = !series.modality.is_empty()
                    && self.wanted.has_modality(&series.modality)
                    && Wanted::is_chest(&series.body_part);
                if is_wanted {
                    let study = &study.study_instance_uid;
                    series.films =
                        films_of(association, study, &series.series_instance_uid).await?;
                }
                if series.films.is_empty() {
                    plan.series_left_out += 1;
                    continue;
                }
                for film in &mut series.films {
                    if self.target.holds(&film.sop_instance_uid).await? {
                        film.standing = Standing::Held;
                    } else if self.wanted.limit.is_some_and(|limit| coming >= limit) {
                        film.standing = Standing::Beyond;
                    } else {
                        coming += 1;
                    }
                }
                films += series.films.len();
                if films > MOST_FILMS {
                    return Err(ScuError::TooMany(MOST_FILMS).into());
                }
                study.series.push(series);
            }
            if !study.series.is_empty() {
                plan.studies.push(study);
            }
        }
        Ok(plan)
    }
}

/// A UID that an answer must have.
fn told(answer: &Attributes, tag: Tag) -> Result<String, ScuError> {
    identifier::uid(answer, tag)
        .ok_or_else(|| MessageError::Breach(format!("an answer without the UID {tag}")).into())
}

async fn series_of(association: &mut Outgoing, study: &str) -> Result<Vec<Series>, ScuError> {
    let asked = identifier::of(&[
        (tags::QUERY_RETRIEVE_LEVEL, VR::CS, "SERIES"),
        (tags::MODALITY, VR::CS, ""),
        (tags::BODY_PART_EXAMINED, VR::CS, ""),
        (tags::STUDY_INSTANCE_UID, VR::UI, study),
        (tags::SERIES_INSTANCE_UID, VR::UI, ""),
    ]);
    let series = |one: &Attributes| {
        Ok(Series {
            series_instance_uid: told(one, tags::SERIES_INSTANCE_UID)?,
            modality: identifier::text(one, tags::MODALITY),
            body_part: identifier::text(one, tags::BODY_PART_EXAMINED),
            films: Vec::new(),
        })
    };
    association.find(&asked, MOST, series).await
}

/// Films of a series: of the classes that are taken, or of none that is told.
async fn films_of(
    association: &mut Outgoing,
    study: &str,
    series: &str,
) -> Result<Vec<Film>, ScuError> {
    let asked = identifier::of(&[
        (tags::SOP_CLASS_UID, VR::UI, ""),
        (tags::SOP_INSTANCE_UID, VR::UI, ""),
        (tags::QUERY_RETRIEVE_LEVEL, VR::CS, "IMAGE"),
        (tags::STUDY_INSTANCE_UID, VR::UI, study),
        (tags::SERIES_INSTANCE_UID, VR::UI, series),
    ]);
    let film = |one: &Attributes| {
        let sop_class_uid = identifier::text(one, tags::SOP_CLASS_UID);
        if !sop_class_uid.is_empty() && !FILMS.contains(&&*sop_class_uid) {
            return Ok(None);
        }
        let sop_instance_uid = told(one, tags::SOP_INSTANCE_UID)?;
        Ok(Some(Film { sop_class_uid, sop_instance_uid, standing: Standing::Coming }))
    };
    Ok(association.find(&asked, MOST, film).await?.into_iter().flatten().collect())
}
