internal import HTTP
internal import HTTPTypes
internal import JSON

extension SandboxStrava {
    /// The stand-in's own pages: what it is, and switches for people who try failures by hand.
    mutating func ownPage(_ request: Request, now: Int64) -> Response {
        switch (request.method, request.path) {
        case (.get, "/"), (.head, "/"):
            Answer.html(IndexPage(strava: self).html)
        case (.get, "/sandbox/requests"), (.head, "/sandbox/requests"):
            Answer.json(.array(log.entries.suffix(1000).map(Self.json)))
        case (.post, "/sandbox/faults"):
            queueFault(Parameters(form: request))
        case (.post, "/sandbox/switches"):
            flip(Parameters(form: request))
        case (.post, "/sandbox/activities"):
            addRun(now: now)
        default:
            Refusal.notFound.response
        }
    }

    private static func json(_ entry: LoggedRequest) -> JSON {
        .object([
            .init("time", .string(CivilTime.iso8601(entry.time.floored(by: 1000)))),
            .init("method", .string(entry.method)),
            .init("path", .string(entry.path)),
            .init("query", .optional(entry.query)),
            .init("status", .int(entry.status)),
            .init("fault", .optional(entry.fault)),
        ])
    }

    private mutating func queueFault(_ form: Parameters) -> Response {
        guard let name = form["fault"], let fault = Fault.menu.first(where: { $0.name == name })?.fault else {
            let names = Fault.menu.map(\.name).joined(separator: ", ")
            return Answer.json(.object([.init("message", .string("fault must be one of \(names)"))]), status: 400)
        }
        guard let endpoint = Endpoint(rawValue: form["endpoint"] ?? "activities") else {
            let names = Endpoint.allCases.map(\.rawValue).joined(separator: ", ")
            return Answer.json(.object([.init("message", .string("endpoint must be one of \(names)"))]), status: 400)
        }
        guard let times = Int(form["times"] ?? "1"), (1...1000).contains(times) else {
            return Answer.json(.object([.init("message", "times must be a number from 1 to 1000")]), status: 400)
        }
        faults.add(fault, on: endpoint, times: times, passes: 0)
        return Answer.redirect(to: "/", status: 303)
    }

    /// Unticked boxes are not sent, so the form always tells the whole state.
    private mutating func flip(_ form: Parameters) -> Response {
        settings.isAppInactive = form["inactive"] != nil
        settings.sendsRateHeaders = form["rate_headers"] != nil
        settings.shortPages = form["short_pages"] != nil ? ShortPages(seed: 7, upTo: 50) : nil
        if form["forget_faults"] != nil { faults.clear() }
        return Answer.redirect(to: "/", status: 303)
    }

    /// A new upload: a run that began an hour ago.
    private mutating func addRun(now: Int64) -> Response {
        guard let athlete = athletes[currentAthleteID] else { return Refusal.notFound.response }
        let start = now.floored(by: 1000) - 3600
        let id = (athlete.activities.all.map(\.id).max() ?? 10_000_000_000) + 1
        let run = SandboxActivity(
            id: id, athleteID: athlete.id, start: start, startLocal: start + Place.oslo.offset(at: start),
            name: "Fresh from the watch")
        apply(.insert(run), to: athlete.id)
        return Answer.redirect(to: "/", status: 303)
    }
}
