internal import JSON

extension SandboxActivity {
    /// The list item: a SummaryActivity with the fields and literal forms that Strava's replies were seen to have.
    ///
    /// Rendered anew at every call; ``ActivityList`` keeps the bytes.
    package var json: [UInt8] {
        var members: [JSON.Member] = [
            .init("resource_state", 2),
            .init("athlete", .object([.init("id", .int(athleteID)), .init("resource_state", 1)])),
        ]
        if let name { members.append(.init("name", .string(name))) }
        members += measures
        if let type { members.append(.init("type", .string(type))) }
        members += [
            .init("sport_type", .string(sportType)),
            .init("workout_type", workoutType.map { .int($0) } ?? .null),
        ]
        if let deviceName { members.append(.init("device_name", .string(deviceName))) }
        members += [.init("id", .int(id)), .init("id_str", .string("\(id)"))]
        members += time
        members += location
        members += counts
        members += switches
        members += effort
        members += origin
        return JSON.object(members).bytes
    }

    private var measures: [JSON.Member] {
        [
            .init("distance", distance.map(metres) ?? .null),
            .init("moving_time", seconds(movingTime)),
            .init("elapsed_time", seconds(elapsedTime)),
            .init("total_elevation_gain", metres(elevationGain)),
        ]
    }

    /// The `Z` of the local date is Strava's: a wall clock written as if it were UTC.
    private var time: [JSON.Member] {
        let offset: JSON = id % 2 == 0 ? .double(Double(utcOffset)) : .int(utcOffset)
        return [
            .init("start_date", .string(CivilTime.iso8601(start))),
            .init("start_date_local", .string(CivilTime.iso8601(startLocal))),
            .init("timezone", .optional(timezone)),
            .init("utc_offset", offset),
        ]
    }

    private var location: [JSON.Member] {
        var members: [JSON.Member] = [
            .init("location_city", nil), .init("location_state", nil), .init("location_country", nil),
        ]
        let polyline: JSON
        switch track {
        case .route(let line, let start, let end):
            polyline = .string(line)
            members += [.init("start_latlng", Self.degrees(start)), .init("end_latlng", Self.degrees(end))]
        case .blank:
            polyline = ""
            members += [.init("start_latlng", []), .init("end_latlng", [])]
        case .null:
            polyline = nil
            members += [.init("start_latlng", nil), .init("end_latlng", nil)]
        case .absent:
            polyline = nil
        }
        let map: [JSON.Member] = [
            .init("id", .string("a\(id)")), .init("summary_polyline", polyline), .init("resource_state", 2),
        ]
        members.append(.init("map", .object(map)))
        return members
    }

    private var counts: [JSON.Member] {
        [
            .init("achievement_count", .int(achievementCount)),
            .init("kudos_count", numbers == .fractions ? .double(Double(kudosCount)) : .int(kudosCount)),
            .init("comment_count", .int(kudosCount / 9)),
            .init("athlete_count", 1),
            .init("photo_count", 0),
            .init("total_photo_count", 0),
            .init("pr_count", .int(achievementCount / 3)),
        ]
    }

    private var switches: [JSON.Member] {
        [
            .init("trainer", .bool(isIndoor)),
            .init("commute", .bool(isCommute)),
            .init("manual", .bool(isManual)),
            .init("private", .bool(visibility == .onlyMe)),
            .init("visibility", .string(visibility.rawValue)),
            .init("flagged", false),
            .init("has_kudoed", false),
            .init("heartrate_opt_out", false),
            .init("display_hide_heartrate_option", .bool(averageHeartrate != nil)),
        ]
    }

    private var effort: [JSON.Member] {
        var members: [JSON.Member] = [
            .init("average_speed", .double(averageSpeed)),
            .init("max_speed", .double(maxSpeed)),
            .init("has_heartrate", .bool(averageHeartrate != nil)),
        ]
        if let averageCadence { members.append(.init("average_cadence", .double(averageCadence))) }
        if let averageWatts {
            members += [
                .init("average_watts", .double(averageWatts)),
                .init("kilojoules", .double((averageWatts * Double(movingTime) / 100).rounded() / 10)),
                .init("device_watts", .bool(isIndoor)),
            ]
        }
        if let averageHeartrate {
            members.append(
                .init("average_heartrate", numbers == .whole ? .int(Int(averageHeartrate)) : .double(averageHeartrate)))
        }
        if let maxHeartrate {
            // Whole beats, and still now and then `171.0`.
            let isFraction = numbers == .fractions || id % 3 == 0
            members.append(.init("max_heartrate", isFraction ? .double(maxHeartrate) : .int(Int(maxHeartrate))))
            members.append(.init("suffer_score", .int(movingTime / 80)))
        }
        return members
    }

    private var origin: [JSON.Member] {
        [
            .init("gear_id", .optional(gearID)),
            .init("external_id", .optional(externalID)),
            .init("upload_id", uploadID.map { .int($0) } ?? .null),
            .init("upload_id_str", .optional(uploadID.map { "\($0)" })),
            .init("from_accepted_tag", false),
        ]
    }

    private func metres(_ value: Double) -> JSON {
        switch numbers {
        case .usual, .fractions: .double(value)
        case .whole: .int(Int64(value.rounded()))
        case .exponents: .raw(Array("\(Int64((value * 10).rounded()))e-1".utf8))
        }
    }

    private func seconds(_ value: Int) -> JSON {
        numbers == .fractions ? .double(Double(value)) : .int(value)
    }

    private static func degrees(_ pair: [Int]) -> JSON {
        .array(pair.map { .double(Double($0) / 100_000) })
    }
}
