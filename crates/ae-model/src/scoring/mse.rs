use super::{Fit, Method, Sample};

ae_choice::choice! {
    /// The mean squared error of the row over its scaled features. For rows whose features
    /// are alike, such as pixels.
    pub struct Mse = "mse", "mean squared error over scaled features" {}
}

impl Fit for Mse {
    fn fit(&self, _sample: &Sample<'_>) -> Method {
        Method::Mse
    }
}
