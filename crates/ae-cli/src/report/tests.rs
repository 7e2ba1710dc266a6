use super::*;
#[test]
fn write() {
    for fixture in fixtures::all() {
        let html = render(&fixture.input()).unwrap();
        println!("{} {}", fixture.name, html.len());
        println!("{}", summary(&fixture.input()));
        std::fs::write(
            format!("/tmp/report-scratch/out/{}.html", fixture.name),
            html,
        )
        .unwrap();
    }
}
