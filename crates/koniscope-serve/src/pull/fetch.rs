//! Fetching what was found.

use std::time::Duration;

use serde::Serialize;
use tokio::{net::TcpStream, time::timeout};

use super::{Method, Plan, Pull, PullError, Series, Standing};
use crate::{
    scp::{CANNOT_UNDERSTAND, FILMS, Refusal},
    scu::{Fetched, How, Outgoing, ScuError, of_series},
};

/// Films that did not come, and why.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// Study Instance UID.
    pub study_instance_uid: String,
    /// SOP Instance UID.
    pub sop_instance_uid: String,
    /// Why, and what helps.
    pub reason: String,
}

/// What came.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Outcome {
    /// Films that came.
    pub came: usize,
    /// Films that did not.
    pub failed: Vec<Failure>,
}

impl Pull {
    /// Fetches what is to come of a plan; `told` hears how many films are through. One film that fails
    /// leaves the others alone; where the association ends, the rest has failed by that.
    ///
    /// # Errors
    /// [`PullError`], where nothing can be fetched.
    pub async fn fetch(
        &self,
        plan: &Plan,
        told: &mut (dyn FnMut(usize) + Send),
    ) -> Result<Outcome, PullError> {
        let mut outcome = Outcome::default();
        if plan.number(Standing::Coming) == 0 {
            return Ok(outcome);
        }
        let mut association = self.open().await?;
        let how = match self.how(&association).await {
            Ok(how) => how,
            Err(error) => {
                association.release().await;
                return Err(error);
            }
        };
        let mut broken: Option<String> = None;
        for study in &plan.studies {
            let uid = &study.study_instance_uid;
            for series in &study.series {
                let mut reason = broken.clone();
                if broken.is_none() {
                    let fetched = self.series(&mut association, &how, (uid, series), told).await;
                    reason = Some(fetched.unwrap_or_else(|error| {
                        let reason = format!("{error}; {}", error.remedy());
                        if !error.is_of_object() {
                            broken = Some(reason.clone());
                        }
                        reason
                    }));
                }
                for film in &series.films {
                    if film.standing != Standing::Coming {
                        continue;
                    }
                    // What came is on the disk before it is acknowledged, here and in the node.
                    if self.target.holds(&film.sop_instance_uid).await? {
                        outcome.came += 1;
                        continue;
                    }
                    outcome.failed.push(Failure {
                        study_instance_uid: uid.clone(),
                        sop_instance_uid: film.sop_instance_uid.clone(),
                        reason: reason.clone().unwrap_or_default(),
                    });
                }
            }
        }
        let ended = match &broken {
            None => {
                association.release().await;
                "released".to_owned()
            }
            Some(reason) => {
                association.abort().await;
                reason.clone()
            }
        };
        let peer = format!("{} {}", self.peer.ae_title, self.peer.address);
        self.target.note(peer, outcome.came as u64, format!("pulled, {ended}")).await;
        Ok(outcome)
    }

    /// Which way films come, as was asked for and as the peer offers.
    async fn how(&self, association: &Outgoing) -> Result<How, PullError> {
        let own = &self.config.node.ae_title;
        let (gets, moves) = (association.gets(&FILMS), association.moves());
        let wrong = |words: String| Err(PullError::Wish(words));
        match self.method {
            None | Some(Method::Get) if gets => return Ok(How::Get),
            Some(Method::Get) => {
                return wrong(format!(
                    "{} does not send films by C-GET; have it allow C-GET to {own}, or ask for C-MOVE (--move)",
                    self.peer.ae_title
                ));
            }
            _ if !moves => {
                return wrong(format!(
                    "{} sends films neither by C-GET nor by C-MOVE; have it allow one of them to {own}",
                    self.peer.ae_title
                ));
            }
            _ => {}
        }
        if !self.target.is_node() {
            return wrong(format!(
                "{} sends films by C-MOVE alone, to a node that runs; leave --out, and start `koniscope serve`",
                self.peer.ae_title
            ));
        }
        let listen = self.config.node.listen;
        let connect = timeout(Duration::from_secs(2), TcpStream::connect(listen));
        if !matches!(connect.await, Ok(Ok(_))) {
            return wrong(format!(
                "by C-MOVE films come to the node, and none listens on {listen}; start `koniscope serve`"
            ));
        }
        Ok(How::Move(own.clone()))
    }

    /// Fetches a series, or those of its films that are to come. Why one of them may not have come.
    async fn series(
        &self,
        association: &mut Outgoing,
        how: &How,
        (study, series): (&str, &Series),
        told: &mut (dyn FnMut(usize) + Send),
    ) -> Result<String, ScuError> {
        let coming = || series.films.iter().filter(|film| film.standing == Standing::Coming);
        let uid = &series.series_instance_uid;
        let asked: Vec<_> = match coming().count() {
            0 => Vec::new(),
            number if number == series.films.len() => vec![of_series(study, uid, None)],
            _ => coming().map(|film| of_series(study, uid, Some(&film.sop_instance_uid))).collect(),
        };
        let most = self.config.node.max_film_mb.saturating_mul(1 << 20);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut why = "the peer did not send it, and gave no reason; see its log".to_owned();
        for asked in asked {
            if self.is_stopped() {
                return Err(ScuError::GivenUp);
            }
            association.retrieve(how, &asked, most, &self.config.timeouts).await?;
            let mut through = 0;
            loop {
                match association.fetched().await {
                    Ok(Fetched::Film(film)) => {
                        let taken = if film.is_too_large {
                            let most_mb = self.config.node.max_film_mb;
                            let words = format!("larger than {most_mb} MB (node.max_film_mb)");
                            Err(Refusal { status: CANNOT_UNDERSTAND, words })
                        } else {
                            self.target.take(&film, &self.peer.ae_title).await
                        };
                        let status = taken.as_ref().err().map_or(0, |refusal| refusal.status);
                        association.took(&film, status).await?;
                        match taken {
                            Ok(()) => {
                                told(1);
                                through += 1;
                            }
                            Err(refusal) => why = format!("it was refused here: {}", refusal.words),
                        }
                    }
                    Ok(Fetched::Counts { completed, is_last }) => {
                        told(completed.saturating_sub(through));
                        through = through.max(completed);
                        if is_last {
                            break;
                        }
                    }
                    Err(error) if error.is_of_object() => {
                        why = format!("{error}; {}", error.remedy());
                        break;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(why)
    }
}
