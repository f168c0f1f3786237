/// What the sandbox's own pages share: the frame, the look, and escaping.
enum Page {
    static func frame(_ title: String, _ body: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escape(title))</title>
        <style>
        :root { color-scheme: light dark; --ink: #1c2530; --paper: #f4f6f8; --card: #fff; --line: #cdd5dd; --accent: #0b6e6e; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e6ebf0; --paper: #12171d; --card: #1b222b; --line: #36414d; --accent: #4fc3bd; }
        }
        * { box-sizing: border-box; }
        body { margin: 0; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
        main { max-width: 34rem; margin: 2rem auto; padding: 1.5rem; background: var(--card); border: 1px solid var(--line);
          border-radius: .75rem; }
        h1 { margin: 0 0 .5rem; font-size: 1.4rem; }
        h2 { margin: 1.5rem 0 .5rem; font-size: 1.1rem; }
        fieldset { margin: 1rem 0; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; }
        label { display: block; padding: .35rem 0; }
        fieldset label { padding-left: 1.75rem; text-indent: -1.75rem; }
        code { font-size: .9em; overflow-wrap: anywhere; }
        a { color: var(--accent); }
        button, select, input[type=number] { font: inherit; padding: .55rem 1rem; border-radius: .5rem;
          border: 1px solid var(--line); background: var(--card); color: var(--ink); }
        button.first { background: var(--accent); border-color: var(--accent); color: var(--card); }
        .note { padding: .6rem .9rem; border-left: .25rem solid var(--accent); background: var(--paper); }
        .row { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
        </style>
        </head>
        <body>
        <main>
        \(body)
        </main>
        </body>
        </html>

        """
    }

    /// Makes text safe between tags and inside quoted attributes.
    static func escape(_ text: String) -> String {
        var output = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case "'": output += "&#39;"
            default: output.unicodeScalars.append(character)
            }
        }
        return output
    }
}
