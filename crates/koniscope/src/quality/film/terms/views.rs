//! Views of a chest film (PS3.3 C.8.1.1 and C.8.11.5; PS3.16 CID 4010).

use super::Terms;

#[rustfmt::skip] // a list by language
pub(super) const TERMS: Terms = Terms {
    wanted: &[
        "PA", "AP", "P A", "A P", "FRONTAL", "FRONT", "POSTEROANTERIOR", "POSTERO ANTERIOR",
        "POSTERIOR ANTERIOR", "POSTERIOR TO ANTERIOR", "ANTEROPOSTERIOR", "ANTERO POSTERIOR",
        "ANTERIOR POSTERIOR", "ANTERIOR TO POSTERIOR", "DORSOVENTRAL", "VENTRODORSAL", "PA AND AP",
        // French, Spanish, Portuguese, Italian
        "FACE", "DE FACE", "FRENTE", "DE FRENTE", "FRONTALE", "POSTEROANTERIEUR", "POSTERO ANTERIEUR",
        "POSTEROANTERIORE", "ANTEROPOSTERIORE", "ANTEROPOSTERIEUR",
        // German, Polish, Turkish, Russian
        "FRONTALAUFNAHME", "PRZOD", "TYLNO PRZEDNIA", "ARKA ON", "ПРЯМАЯ", "ПЕРЕДНЯЯ",
        // Chinese, Japanese, Korean
        "正 位", "后 前 位", "後 前 位", "前 后 位", "前 後 位", "正 面", "정 면", "후 전",
    ],
    other: &[
        // Lateral, oblique, lordotic, and decubitus, whose lungs lie otherwise than staging expects.
        "LL", "RL", "LLD", "RLD", "LLO", "RLO", "LAO", "RAO", "LPO", "RPO", "LAT", "LATERAL", "LATERO",
        "LATERALLY", "LT LAT", "RT LAT", "LLAT", "RLAT", "LATL", "LATR", "LATEROLATERAL",
        "OBL", "OBLIQUE", "OBLIQ", "AXIAL", "TANGENTIAL", "LORDOTIC", "APICAL LORDOTIC", "APICOLORDOTIC",
        "DECUB", "DECUBITUS", "XTABLE", "X TABLE", "CROSS TABLE", "CROSSTABLE", "XTL", "SWIMMER",
        // French, Spanish, Portuguese, Italian
        "PROFIL", "DE PROFIL", "LATERALE", "PERFIL", "DE PERFIL", "OBLIQUO", "OBLIQUA", "OBLICUA",
        "OBLICUO", "OBLIQUES", "PROFILO", "LATERO LATERAL", "LATERO LATERALE", "LATEROLATERALE",
        "DECUBITO",
        // German, Dutch, Polish, Czech, Turkish, Russian
        "SEITLICH", "SEITENAUFNAHME", "SEITL", "SCHRAG", "SCHRAEG", "ZIJDELINGS", "DWARS",
        "BOCZNE", "BOCZNA", "BOCZNY", "SKOSNE", "BOCNI", "YAN", "БОКОВАЯ", "КОСАЯ",
        // Chinese, Japanese, Korean
        "侧 位", "側 位", "左 侧 位", "右 侧 位", "斜 位", "侧 面", "側 面", "侧 卧 位", "측 면",
        // SNOMED CT and RT
        "399173006", "399198007", "399067008", "R 10236", "R 10232", "R 102CD",
    ],
};
