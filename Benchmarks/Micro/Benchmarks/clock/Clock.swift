import Benchmark
import Operations

let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .throughput, .instructions], scalingFactor: .kilo, maxDuration: .seconds(1),
        maxIterations: 1000)
    for operation in Operation.all {
        Benchmark(operation.name) { benchmark in
            blackHole(await operation.run(benchmark.scaledIterations.count))
        }
    }
}
