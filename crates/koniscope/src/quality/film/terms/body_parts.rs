//! Parts of the body (PS3.16 annex L, CID 4009 and 4031).

use super::Terms;

#[rustfmt::skip] // a list by language
pub(super) const TERMS: Terms = Terms {
    wanted: &[
        "CHEST", "THORAX", "THORACIC", "THORACIC CAVITY", "LUNG", "PULMONARY", "CXR", "LUNGFIELD",
        "PULMO", "PULMONES", "PULM", "51185008", "T D3000", "39607008", "T 28000",
        // French, Spanish, Portuguese, Italian, Romanian
        "POITRINE", "THORACIQUE", "CAGE THORACIQUE", "POUMON", "TORAX", "PECHO", "PULMON", "PULMAO",
        "PULMOES", "PEITO", "TORACE", "POLMONE", "POLMONI", "PETTO", "TORACICO", "PLAMANI",
        // German, Dutch, Scandinavian
        "BRUST", "BRUSTKORB", "LUNGE", "LUNGEN", "THORAXAUFNAHME", "RONTGENTHORAX", "BORST", "BORSTKAS",
        "LONGEN", "LUNGOR", "LUNGER", "BROST", "BRYST", "BRYSTKASSE", "KEUHKOT",
        // Polish, Czech, Hungarian, Turkish, Indonesian
        "KLATKA PIERSIOWA", "KLATKI PIERSIOWEJ", "PLUCA", "HRUDNIK", "PLICE", "MELLKAS", "TUDO",
        "AKCIGER", "GOGUS", "TORAKS", "DADA", "PARU",
        // Russian, Greek
        "ГРУДЬ", "ГРУДНАЯ КЛЕТКА", "ГРУДНОЙ КЛЕТКИ", "ОГК", "ОРГАНЫ ГРУДНОЙ КЛЕТКИ", "ЛЕГКИЕ", "ЛЕГКИХ",
        "ΘΩΡΑΚΑΣ", "ΘΩΡΑΚΟΣ",
        // Chinese, Japanese, Korean
        "胸 部", "胸 片", "肺", "肺 部", "胸 腔", "胸 廓", "흉 부", "폐",
    ],
    other: &[
        "ABDOMEN", "ABDOMINAL", "ACROMIOCLAVICULAR JOINT", "AC JOINT", "ANKLE", "ANKLE JOINT", "ANUS",
        "ARM", "UPPER ARM", "BLADDER", "ENTIRE BODY", "ENTIREBODY", "WHOLE BODY", "WHOLEBODY", "FULL BODY", 
        "BRAIN", "BREAST", "BUTTOCK", "CALCANEUS", "CALF", "CAROTID", "CERVICAL", "CERVICAL SPINE",
        "CERVICOTHORACIC SPINE", "CLAVICLE", "COCCYX", "COLON", "CSPINE", "C SPINE", "EAR", "ELBOW",
        "ELBOW JOINT", "ESOPHAGUS", "EXTREMITY", "EXTREMITIE", "EYE", "FACE", "FACIAL BONE", "FEET",
        "FEMUR", "FIBULA", "FINGER", "FOOT", "FOREARM", "GALLBLADDER", "HAND", "HEAD", "HIP",
        "HIP JOINT", "HUMERU", "HUMERUS", "ILIUM", "JAW", "KIDNEY", "KNEE", "KNEE JOINT", "LARYNX",
        "LEG", "LOWER LEG", "LIMB", "LOWER LIMB", "UPPER LIMB", "LOWER EXTREMITY", "UPPER EXTREMITY",
        "LIVER", "LSPINE", "L SPINE", "LUMBAR", "LUMBAR SPINE", "LUMBOSACRAL SPINE", "MANDIBLE",
        "MASTOID", "MAXILLA", "METACARPUS", "METATARSUS", "NASAL BONE", "NECK", "NOSE", "ODONTOID",
        "ORBIT", "PANCREAS", "PATELLA", "PELVIS", "PENIS", "PHANTOM", "PHARYNX", "PROSTATE", "RADIU",
        "RADIUS", "RADIUS AND ULNA", "RECTUM", "RIB", "SACROILIAC JOINT", "SACRUM", "SCAPULA",
        "SELLA TURCICA", "SHOULDER", "SHOULDER JOINT", "SI JOINT", "SINU", "SINUSE", "SINUS", "SKULL",
        "SOFT TISSUE", "SPINE", "THORACIC SPINE", "DORSAL SPINE", "THORACOLUMBAR SPINE",
        "THORACO LUMBAR SPINE", "THORACIC VERTEBRA", "THORACIC VERTEBRAE", "VERTEBRA", "VERTEBRAE",
        "VERTEBRAL COLUMN", "SPLEEN", "SSPINE", "S SPINE", "STERNOCLAVICULAR JOINT", "STERNUM", "STOMACH",
        "TARSUS", "TEETH", "TESTIS", "THIGH", "THUMB", "TIBIA", "TIBIA AND FIBULA", "TMJ", "TOE", "TONGUE",
        "TOOTH", "TSPINE", "T SPINE", "THORACIC INLET", "THORACIC OUTLET", "ULNA", "URETHRA", "UTERUS",
        "WRIST", "WRIST JOINT", "ZYGOMA", "AORTA", "THORACIC AORTA", "HEEL",
        // French
        "ABDOMINALE", "BASSIN", "BRAS", "CHEVILLE", "COTES", "GRIL COSTAL", "COUDE", "CRANE", "CUISSE",
        "DOIGT", "EPAULE", "GENOU", "HANCHE", "JAMBE", "PIED", "POIGNET", "RACHIS",
        "RACHIS DORSAL", "RACHIS THORACIQUE", "COLONNE", "COLONNE THORACIQUE", "TETE",
        // Spanish, Portuguese, Italian
        "BRAZO", "BRACO", "CABEZA", "CABECA", "CADERA", "CODO", "COLUMNA", "COLUMNA DORSAL",
        "COLUMNA TORACICA", "COLUNA", "COLUNA DORSAL", "COLUNA TORACICA", "COLONNA", "COLONNA DORSALE",
        "COSTILLA", "COSTELA", "COSTE", "CRANEO", "CRANIO", "ESTERNON", "ESTERNO", "STERNO", "HOMBRO",
        "OMBRO", "SPALLA", "MANO", "MAO", "MUNECA", "PUNHO", "POLSO", "PIE", "PIEDE", "PIERNA",
        "PERNA", "GAMBA", "RODILLA", "JOELHO", "GINOCCHIO", "TOBILLO", "TORNOZELO", "CAVIGLIA", "ADDOME",
        "ABDOME", "BACINO", "PELVE", "ANCA", "GOMITO", "COTOVELO", "RACHIDE",
        // German
        "BAUCH", "BECKEN", "BEIN", "BRUSTBEIN", "BRUSTWIRBELSAULE", "BRUSTWIRBELSAEULE", "BWS", "LWS",
        "HWS", "WIRBELSAULE", "WIRBELSAEULE", "RIPPE", "RIPPEN", "RIPPENTHORAX", "SCHADEL", "SCHAEDEL",
        "KOPF", "HALS", "HUFTE", "HUEFTE", "KNIE", "FUSS", "FINGERN", "HANDGELENK", "ELLBOGEN",
        "SCHULTER", "SCHLUSSELBEIN", "OBERARM", "UNTERARM", "OBERSCHENKEL", "UNTERSCHENKEL", "ZEHE",
        "KIEFER", "GANZKORPER",
        // Dutch, Polish, Turkish, Russian
        "BUIK", "BEKKEN", "RIBBEN", "SCHOUDER", "KREGOSLUP", "ZEBRA", "BRZUCH", "REKA", "KOLANO", "OMURGA",
        "KARIN", "КИСТЬ", "СТОПА", "ЧЕРЕП", "РЕБРА", "ПОЗВОНОЧНИК", "ГРУДНОЙ ОТДЕЛ ПОЗВОНОЧНИКА",
        "ЖИВОТ", "КОЛЕНО", "ТАЗ",
        // Chinese, Japanese, Korean
        "胸 椎", "腰 椎", "颈 椎", "頚 椎", "脊 柱", "肋 骨", "胸 骨", "锁 骨", "鎖 骨", "腹 部", "腹",
        "骨 盆", "骨 盤", "头", "头 部", "头 颅", "頭 部", "手", "足", "膝", "膝 关 节", "肩", "肩 关 节", "肘",
        "髋", "髋 关 节", "腕", "踝", "股 骨", "全 身", "乳 腺", "복 부", "척 추",
    ],
};
