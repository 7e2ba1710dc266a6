/// The class of each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// One index into `names` a row.
    pub ids: Vec<u32>,
    /// The classes, in ascending order.
    pub names: Vec<String>,
}

impl Labels {
    /// Labels from one whole number a row.
    pub fn from_numbers<N: Copy + Ord + std::fmt::Display>(numbers: &[N]) -> Self {
        let mut classes = numbers.to_vec();
        classes.sort_unstable();
        classes.dedup();
        let id = |number| classes.partition_point(|class| class < number) as u32;
        Self {
            ids: numbers.iter().map(id).collect(),
            names: classes.iter().map(N::to_string).collect(),
        }
    }

    /// Labels from one text a row. Classes are sorted as numbers if all of them are, else as
    /// text.
    pub fn from_texts<T: AsRef<str>>(texts: &[T]) -> Self {
        let mut names: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        names.sort_unstable();
        names.dedup();
        // Ids are found by text before the classes are put into their final order.
        let mut order: Vec<usize> = (0..names.len()).collect();
        let numbers: Option<Vec<f64>> = names.iter().map(|name| name.parse().ok()).collect();
        if let Some(numbers) = numbers {
            order.sort_by(|&a, &b| numbers[a].total_cmp(&numbers[b]));
        }
        let mut id_of = vec![0; names.len()];
        for (id, &position) in order.iter().enumerate() {
            id_of[position] = id as u32;
        }
        let ids = texts.iter().map(|text| {
            let position = names.partition_point(|name| *name < text.as_ref());
            id_of[position]
        });
        Self {
            ids: ids.collect(),
            names: order.iter().map(|&at| names[at].to_owned()).collect(),
        }
    }
}
