"""The consumer of ../app.ts in Python."""

from pathlib import Path

from aws_cdk import App, Aws, Duration, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sam as sam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from cdk_lambda_coverage import (
    CombinerDistribution,
    CombinerScale,
    CoverageBucket,
    CoverageCombiner,
    CoverageEngine,
    CoverageLayer,
    CoverageThresholds,
    ReportFormat,
    UploadMode,
)
from constructs import Construct


class Consumer(Stack):
    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)

        CoverageLayer(self, "C").attach_to(self.make_function("Plain"))

        bucket = CoverageBucket(
            self,
            "Bucket",
            bucket_name=f"coverage-{Aws.ACCOUNT_ID}",
            prefix="team/",
            encryption_key=kms.Key(self, "Key"),
            versioned=True,
            server_access_logs_bucket=s3.Bucket(self, "Logs"),
            server_access_logs_prefix="coverage/",
            require_conditional_writes=True,
            removal_policy=RemovalPolicy.DESTROY,
            transition_to_infrequent_access_after=Duration.days(31),
            transition_to_glacier_after=Duration.days(62),
            expire_after=Duration.days(100),
            expire_reports_after=Duration.days(30),
        )
        bucket.grant_read_write(self.make_function("Reader"))
        coverage = CoverageLayer(
            self,
            "Coverage",
            bucket=bucket,
            enabled=True,
            engine=CoverageEngine.AUTO,
            counts=True,
            include_patterns=["src/**", "index.mjs"],
            exclude_patterns=["**/*.generated.ts"],
            upload_timeout=Duration.seconds(5),
            upload_mode=UploadMode.ON_CHANGE,
            sampling=0.5,
            branch_coverage=False,
            debug=True,
            run_id="run-1",
            layer_removal_policy=RemovalPolicy.RETAIN,
        )
        coverage.attach_to(self.make_function("Tuned"))
        coverage.attach_to(self.make_function("Untouched"), engine=CoverageEngine.V8)
        coverage.attach_to_resource(
            sam.CfnFunction(
                self,
                "Resource",
                inline_code="exports.handler = async () => {};",
                handler="index.handler",
                runtime="nodejs22.x",
            )
        )
        coverage.attach_to(self.make_function("InPython", lambda_.Runtime.PYTHON_3_13))
        excluded = self.make_function("Excluded")
        coverage.attach_to_all(
            self, include=["Consumer/*"], exclude=[excluded, "Consumer/Plain"]
        )
        combiner = CoverageCombiner(
            self,
            "Combiner",
            bucket=coverage.bucket,
            scale=CombinerScale.AUTO,
            distribution=CombinerDistribution(
                concurrency=50,
                batch_size=500,
                tolerated_failure_percentage=10,
                threshold=5000,
            ),
            schedule=events.Schedule.rate(Duration.hours(1)),
            upload_debounce=Duration.minutes(2),
            report_formats=[ReportFormat.LCOV, ReportFormat.HTML_SINGLE],
            memory_size=1024,
            timeout=Duration.minutes(5),
            metrics=True,
            thresholds=CoverageThresholds(
                statements=81, branches=72, functions=83, lines=84
            ),
            alarm_topic=sns.Topic(self, "Topic"),
            dashboard=True,
            retry_attempts=1,
            dead_letter_queue=sqs.Queue(self, "Failed"),
            log_retention=logs.RetentionDays.ONE_WEEK,
        )
        combiner.grant_invoke(self.make_function("Pipeline"))

    def make_function(
        self, id: str, runtime: lambda_.Runtime = lambda_.Runtime.NODEJS_22_X
    ) -> lambda_.Function:
        return lambda_.Function(
            self,
            id,
            runtime=runtime,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(Path(__file__).parent.parent / "function")),
        )


app = App(analytics_reporting=False)
Consumer(app, "Consumer")
app.synth()
