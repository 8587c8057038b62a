//! A reading for people and programs: text, JSON, HTML, pictures.
