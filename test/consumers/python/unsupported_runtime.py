"""An app that must not synthesize: coverage of a function whose runtime is not supported."""

from pathlib import Path

from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_
from cdk_lambda_coverage import CoverageLayer

app = App()
stack = Stack(app, "Consumer")
legacy = lambda_.Function(
    stack,
    "Legacy",
    runtime=lambda_.Runtime.JAVA_21,
    handler="example.Handler",
    code=lambda_.Code.from_asset(str(Path(__file__).parent.parent / "function")),
)
CoverageLayer(stack, "Coverage").attach_to(legacy)
app.synth()
