//! Names of browsers.

/// Shortens a user agent to the browser, its version and the system.
pub(crate) fn browser_name(name: &str) -> String {
    // The order matters: a browser may also name those below it.
    const KNOWN: [(&str, &str); 5] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Version/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 5] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let version = |mark: &str| {
        let rest = name.split(mark).nth(1)?;
        Some(rest.split(['.', ' ']).next().unwrap_or_default().to_owned())
    };
    let browser =
        KNOWN.iter().find_map(|(mark, title)| Some(format!("{title} {}", version(mark)?)));
    let system = SYSTEMS.iter().find(|(mark, _)| name.contains(mark)).map(|(_, title)| *title);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser,
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::browser_name;

    #[test]
    fn a_browsers_name_is_shortened() {
        let check = |name: &str, expect: &str| assert_eq!(browser_name(name), expect);
        check(
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
            "Chrome 156 on Linux",
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari 18 on iPhone",
        );
        check("curl/8.0", "curl/8.0");
    }
}
