"""The consumer of ../app.ts in Python."""

from pathlib import Path

from aws_cdk import App, Duration, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from cdk_lambda_coverage import CoverageBucket, CoverageCombiner, CoverageLayer, ReportFormat
from constructs import Construct


class Consumer(Stack):
    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)

        CoverageLayer(self, "C").attach_to(self.make_function("Plain"))

        bucket = CoverageBucket(
            self,
            "Bucket",
            prefix="team/",
            removal_policy=RemovalPolicy.DESTROY,
            expire_after=Duration.days(60),
        )
        coverage = CoverageLayer(
            self,
            "Coverage",
            bucket=bucket,
            include_patterns=["src/**"],
            upload_timeout=Duration.seconds(5),
            branch_coverage=False,
            run_id="run-1",
        )
        coverage.attach_to(self.make_function("Tuned"))
        combiner = CoverageCombiner(
            self,
            "Combiner",
            bucket=coverage.bucket,
            schedule=events.Schedule.rate(Duration.hours(1)),
            report_formats=[ReportFormat.LCOV, ReportFormat.HTML],
        )
        combiner.grant_invoke(self.make_function("Pipeline"))

    def make_function(self, id: str) -> lambda_.Function:
        return lambda_.Function(
            self,
            id,
            runtime=lambda_.Runtime.NODEJS_22_X,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(Path(__file__).parent.parent / "function")),
        )


app = App(analytics_reporting=False)
Consumer(app, "Consumer")
app.synth()
