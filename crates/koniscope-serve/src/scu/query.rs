//! C-FIND in the Study Root model (PS3.4 C.4.1).

use dicom_object::InMemDicomObject;
use koniscope_dicom::{Attributes, uids};

use super::{
    Outgoing, ScuError,
    association::{Came, refused, well},
    identifier,
};
use crate::{
    command::{Command, element, field},
    dimse::MessageError,
};

const FIND: &str = uids::STUDY_ROOT_QUERY_RETRIEVE_INFORMATION_MODEL_FIND;

/// Most bytes of all answers to one query: ten thousand of some kilobytes each.
const MOST_BYTES: usize = 64 << 20;

impl Outgoing {
    /// What `of` makes of each answer to a query, of at most `most` answers.
    pub(crate) async fn find<T>(
        &mut self,
        asked: &InMemDicomObject,
        most: usize,
        of: impl Fn(&Attributes) -> Result<T, ScuError>,
    ) -> Result<Vec<T>, ScuError> {
        let Some(context) = self.context_of(FIND) else {
            return Err(refused(FIND, " (queries)".into()));
        };
        let (id, syntax) = (context.id, context.transfer_syntax.clone());
        let bytes = identifier::write(asked, &syntax);
        let bytes = bytes.ok_or_else(|| ScuError::Object("a query not written".into()))?;
        let request = Command::new(field::FIND)
            .with_uid(element::AFFECTED_CLASS, FIND)
            .number(element::PRIORITY, 0)
            .with_data_set();
        self.begin(id, request, Some(&bytes)).await?;
        let (mut found, mut came) = (Vec::new(), 0);
        loop {
            match self.next().await? {
                Came::Pending(_, bytes) if found.len() < most => {
                    came += bytes.len();
                    if came > MOST_BYTES {
                        let words = format!("answers of more than {MOST_BYTES} bytes in all");
                        return Err(MessageError::Breach(words).into());
                    }
                    let answer = identifier::read(&bytes, &syntax).map_err(MessageError::Breach)?;
                    found.push(of(&answer)?);
                }
                Came::Pending(..) => return Err(ScuError::TooMany(most)),
                Came::Final(answer) => return well(&answer).map(|()| found),
                Came::Request(..) => {
                    let words = "a request in place of an answer".to_owned();
                    return Err(MessageError::Breach(words).into());
                }
            }
        }
    }
}
