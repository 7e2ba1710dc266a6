/// The candidate nearest to `found`, if one is near enough to be a slip of the finger: at
/// most a third of its letters differ, ignoring case, or one is the other's beginning.
pub fn suggest<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found = found.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let distance = strsim::osa_distance(&found, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, candidate)| {
            let lower = candidate.to_lowercase();
            let (long, short) = if lower.len() > found.len() {
                (&lower, &found)
            } else {
                (&found, &lower)
            };
            let begins = short.len() >= LEAST_BEGINNING && long.starts_with(short.as_str());
            begins || *distance * 3 <= long.chars().count().max(3)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Letters that a beginning must have to say anything.
const LEAST_BEGINNING: usize = 3;
