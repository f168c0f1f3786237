import Actors
import Testing

@Suite("RateUsage")
struct RateUsageTests {
    @Test(
        "two whole numbers are read, spaces tolerated",
        arguments: [("100,1000", 100, 1000), ("100, 1000", 100, 1000), (" 0 ,\t0 ", 0, 0), ("692,600", 692, 600)])
    func good(_ header: String, _ quarter: Int, _ day: Int) {
        #expect(RateUsage.Pair(header) == RateUsage.Pair(quarter: quarter, day: day))
    }

    @Test(
        "anything else is no usage",
        arguments: ["", ",", "100", "100,", ",1000", "1,2,3", "a,b", "-1,5", "1.5,2", "99999999999999999999,1", "1;2"])
    func bad(_ header: String) {
        #expect(RateUsage.Pair(header) == nil)
    }
}
