//! Named settings. To add a recipe: a TOML file in `recipes/`, and a line here.

use crate::failure::Failure;
use crate::settings_file::RunSettings;

/// Settings with a name, such as a published result's.
pub struct Recipe {
    /// As users write it.
    pub name: &'static str,
    text: &'static str,
}

macro_rules! recipes {
    ($( $name:literal ),+ $(,)?) => {
        /// Every recipe.
        pub const RECIPES: &[Recipe] = &[
            $( Recipe { name: $name, text: include_str!(concat!("../recipes/", $name, ".toml")) }, )+
        ];
    };
}

recipes!(
    "strokes",
    "keras-simple",
    "keras-deep",
    "keras-conv",
    "keras-denoise",
    "vae",
    "hinton-2006",
    "denoise"
);

impl Recipe {
    /// What it is: the comment in its first lines.
    pub fn summary(&self) -> String {
        let lines = self.text.lines().map_while(|line| line.strip_prefix("# "));
        lines.collect::<Vec<_>>().join(" ")
    }

    /// Its settings.
    pub fn settings(&self) -> anyhow::Result<RunSettings> {
        RunSettings::parse(self.text, self.name)
    }

    /// The recipe of a name.
    pub fn find(name: &str) -> anyhow::Result<&'static Self> {
        let names = || RECIPES.iter().map(|recipe| recipe.name);
        RECIPES
            .iter()
            .find(|recipe| recipe.name == name)
            .ok_or_else(|| {
                let known = names().collect::<Vec<_>>().join(", ");
                let hint = match ae_choice::suggest(name, names()) {
                    Some(near) => format!("did you mean `{near}`? known: {known}"),
                    None => format!("known: {known}"),
                };
                Failure::usage(format!("unknown recipe `{name}`"), Some(hint)).into()
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_reads_and_says_what_it_is() {
        for recipe in RECIPES {
            let settings = recipe.settings().unwrap();
            assert!(settings.data.is_some(), "{}", recipe.name);
            assert!(recipe.summary().len() > 20, "{}", recipe.name);
        }
    }
}
