extension HomePage {
    static let css = """
        :root {
          --paper: #f6f7f9; --card: #ffffff; --ink: #1b2430; --quiet: #55606f; --line: #d9dee6;
          --accent: #0b6b63; --on-accent: #ffffff; --good: #e2f3ea; --bad: #fbe6e4; --notice: #fdf3d7;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #12161c; --card: #1b212a; --ink: #e8ecf1; --quiet: #a3aebc; --line: #323b47;
            --accent: #5fd0c3; --on-accent: #0b1a18; --good: #173528; --bad: #40201d; --notice: #3a3015;
          }
        }
        * { box-sizing: border-box; }
        [hidden] { display: none !important; }
        body {
          margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 52rem;
          background: var(--paper); color: var(--ink);
          font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
        }
        h1 { display: flex; align-items: center; gap: .6rem; margin: 0; font-size: 2rem; letter-spacing: -.02em; }
        h2 { margin: 0 0 .75rem; font-size: 1.15rem; }
        h3 { margin: 0; font-size: 1rem; color: var(--quiet); font-weight: 600; }
        p { margin: 0 0 .75rem; }
        header p { color: var(--quiet); margin-top: .25rem; }
        section { background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: 1.25rem; margin-top: 1rem; }
        section > :last-child { margin-bottom: 0; }
        a { color: var(--accent); }
        a:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: .2rem; }
        code { font-size: .9em; overflow-wrap: anywhere; }
        .button {
          display: inline-block; padding: .7rem 1.3rem; border-radius: .6rem; font-weight: 600; text-decoration: none;
          background: var(--accent); color: var(--on-accent);
        }
        .button:hover { filter: brightness(1.1); }
        .message, .notice { padding: .8rem 1rem; border-radius: .6rem; margin: 1rem 0 0; }
        .good { background: var(--good); }
        .bad { background: var(--bad); }
        .notice { background: var(--notice); }
        .quiet { color: var(--quiet); font-size: .9rem; }
        .facts { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; margin: 0 0 .75rem; }
        dt { color: var(--quiet); font-size: .85rem; }
        dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 1.5rem; }
        .card dl { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; margin: 0; }
        .figure { font-size: 2.1rem; font-weight: 700; letter-spacing: -.02em; margin: .1rem 0 .5rem; font-variant-numeric: tabular-nums; }
        progress { accent-color: var(--accent); width: 8rem; max-width: 40%; vertical-align: middle; }
        #progress { margin-bottom: .75rem; }
        .table { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: .95rem; }
        th { text-align: left; color: var(--quiet); font-size: .85rem; font-weight: 600; }
        th, td { padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); }
        tr > :last-child { padding-right: 0; }
        tbody tr:last-child td { border-bottom: 0; }
        td { overflow-wrap: anywhere; }
        td:first-child, .number { white-space: nowrap; font-variant-numeric: tabular-nums; }
        .number { text-align: right; }
        footer { color: var(--quiet); font-size: .9rem; margin-top: 1.5rem; }
        footer ul { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; padding: 0; list-style: none; }
        @media (max-width: 34rem) { .sport { display: none; } th, td { padding-right: .6rem; } .figure { font-size: 1.8rem; } }

        """

    /// Three riders in a line, slanted forward.
    static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0b6b63"/>\
        <g stroke-width="4" stroke-linecap="round"><path d="M7 23 12 9" stroke="#8fe3d9"/><path d="M14 23 19 9" stroke="#c7f1ec"/>\
        <path d="M21 23 26 9" stroke="#fff"/></g></svg>

        """
}
