/// Where a person lets the application in, or does not.
struct ConsentPage {
    /// Where the form goes: the request's own target, so that every parameter comes back and is checked again.
    var action: String
    var scopes: Scopes
    var athletes: [SandboxAthlete]
    var selectedID: Int64

    var html: String {
        Page.frame(
            "Paceline's sandbox: let an application in?",
            """
            <h1>Let Paceline read your activities?</h1>
            <p class="note"><strong>This is Paceline's sandbox, not Strava.</strong> The athletes are invented, no account is
            needed, and nothing leaves this machine.</p>
            <form method="post" action="\(Page.escape(action))">
            <fieldset><legend>Continue as</legend>
            \(people)
            </fieldset>
            <fieldset><legend>Paceline asks to</legend>
            \(boxes)
            </fieldset>
            <div class="row">
            <button class="first" name="decision" value="approve">Approve</button>
            <button name="decision" value="cancel">Cancel</button>
            </div>
            </form>
            """)
    }

    private var people: String {
        athletes.sorted { $0.id < $1.id }.map { athlete in
            let mark = athlete.id == selectedID ? " checked" : ""
            return """
                <label><input type="radio" name="athlete" value="\(athlete.id)"\(mark)> \(Page.escape(athlete.name)), \
                \(athlete.activities.count) activities</label>
                """
        }.joined(separator: "\n")
    }

    private var boxes: String {
        Scopes.known.filter { scopes.contains($0.scope) }.map { known in
            // A disabled box is not sent, which is right: `read` is granted whatever the form says.
            let mark = known.scope == .read ? "checked disabled" : "checked"
            let note = known.scope == .read ? " (required)" : ""
            return """
                <label><input type="checkbox" name="scope" value="\(known.name)" \(mark)> \(known.meaning)\(note) \
                <code>\(known.name)</code></label>
                """
        }.joined(separator: "\n")
    }
}
