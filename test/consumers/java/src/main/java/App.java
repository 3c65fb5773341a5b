import io.github.cdklambdacoverage.AttachOptions;
import io.github.cdklambdacoverage.AttachToAllOptions;
import io.github.cdklambdacoverage.CoverageBucket;
import io.github.cdklambdacoverage.CombinerDistribution;
import io.github.cdklambdacoverage.CombinerScale;
import io.github.cdklambdacoverage.CoverageCombiner;
import io.github.cdklambdacoverage.CoverageEngine;
import io.github.cdklambdacoverage.CoverageLayer;
import io.github.cdklambdacoverage.CoverageThresholds;
import io.github.cdklambdacoverage.ReportFormat;
import io.github.cdklambdacoverage.UploadMode;
import java.util.List;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.events.Schedule;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.s3.Bucket;
import software.amazon.awscdk.services.sam.CfnFunction;
import software.amazon.awscdk.services.sns.Topic;
import software.amazon.awscdk.services.sqs.Queue;
import software.constructs.Construct;

/** The consumer of ../app.ts in Java. */
public class App {
    static class Consumer extends Stack {
        Consumer(Construct scope, String id) {
            super(scope, id);

            new CoverageLayer(this, "C").attachTo(makeFunction("Plain"));

            CoverageBucket bucket = CoverageBucket.Builder.create(this, "Bucket")
                .bucketName("coverage-" + Aws.ACCOUNT_ID)
                .prefix("team/")
                .encryptionKey(new Key(this, "Key"))
                .versioned(true)
                .serverAccessLogsBucket(new Bucket(this, "Logs"))
                .serverAccessLogsPrefix("coverage/")
                .requireConditionalWrites(true)
                .removalPolicy(RemovalPolicy.DESTROY)
                .transitionToInfrequentAccessAfter(Duration.days(31))
                .transitionToGlacierAfter(Duration.days(62))
                .expireAfter(Duration.days(100))
                .expireReportsAfter(Duration.days(30))
                .build();
            bucket.grantReadWrite(makeFunction("Reader"));
            CoverageLayer coverage = CoverageLayer.Builder.create(this, "Coverage")
                .bucket(bucket)
                .enabled(true)
                .engine(CoverageEngine.AUTO)
                .counts(true)
                .includePatterns(List.of("src/**", "index.mjs"))
                .excludePatterns(List.of("**/*.generated.ts"))
                .uploadTimeout(Duration.seconds(5))
                .uploadMode(UploadMode.ON_CHANGE)
                .sampling(0.5)
                .branchCoverage(false)
                .debug(true)
                .runId("run-1")
                .layerRemovalPolicy(RemovalPolicy.RETAIN)
                .build();
            coverage.attachTo(makeFunction("Tuned"));
            coverage.attachTo(makeFunction("Untouched"), AttachOptions.builder().engine(CoverageEngine.V8).build());
            coverage.attachToResource(CfnFunction.Builder.create(this, "Resource")
                .inlineCode("exports.handler = async () => {};")
                .handler("index.handler")
                .runtime("nodejs22.x")
                .build());
            coverage.attachTo(makeFunction("InPython", Runtime.PYTHON_3_13));
            Function excluded = makeFunction("Excluded");
            coverage.attachToAll(this, AttachToAllOptions.builder()
                .include(List.of("Consumer/*"))
                .exclude(List.of(excluded, "Consumer/Plain"))
                .build());
            CoverageCombiner combiner = CoverageCombiner.Builder.create(this, "Combiner")
                .bucket(coverage.getBucket())
                .scale(CombinerScale.AUTO)
                .distribution(CombinerDistribution.builder().concurrency(50).batchSize(500).toleratedFailurePercentage(10).threshold(5000).build())
                .schedule(Schedule.rate(Duration.hours(1)))
                .uploadDebounce(Duration.minutes(2))
                .reportFormats(List.of(ReportFormat.LCOV, ReportFormat.HTML_SINGLE))
                .memorySize(1024)
                .timeout(Duration.minutes(5))
                .metrics(true)
                .thresholds(CoverageThresholds.builder().statements(81).branches(72).functions(83).lines(84).build())
                .alarmTopic(new Topic(this, "Topic"))
                .dashboard(true)
                .retryAttempts(1)
                .deadLetterQueue(new Queue(this, "Failed"))
                .logRetention(RetentionDays.ONE_WEEK)
                .build();
            combiner.grantInvoke(makeFunction("Pipeline"));
        }

        private Function makeFunction(String id) {
            return makeFunction(id, Runtime.NODEJS_22_X);
        }

        private Function makeFunction(String id, Runtime runtime) {
            return Function.Builder.create(this, id)
                .runtime(runtime)
                .handler("index.handler")
                .code(Code.fromAsset("../function"))
                .build();
        }
    }

    public static void main(String[] args) {
        software.amazon.awscdk.App app = new software.amazon.awscdk.App(AppProps.builder().analyticsReporting(false).build());
        new Consumer(app, "Consumer");
        app.synth();
    }
}
