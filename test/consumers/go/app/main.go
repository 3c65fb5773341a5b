// The consumer of ../../app.ts in Go.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
	coverage "github.com/cdk-lambda-coverage/cdk-lambda-coverage-go/cdklambdacoverage"
)

func makeFunction(scope constructs.Construct, id string) awslambda.Function {
	return makeFunctionOf(scope, id, awslambda.Runtime_NODEJS_22_X())
}

func makeFunctionOf(scope constructs.Construct, id string, runtime awslambda.Runtime) awslambda.Function {
	return awslambda.NewFunction(scope, jsii.String(id), &awslambda.FunctionProps{
		Runtime: runtime,
		Handler: jsii.String("index.handler"),
		Code:    awslambda.Code_FromAsset(jsii.String("../function"), nil),
	})
}

func newConsumer(scope constructs.Construct, id string) {
	stack := awscdk.NewStack(scope, jsii.String(id), nil)

	coverage.NewCoverageLayer(stack, jsii.String("C"), nil).AttachTo(makeFunction(stack, "Plain"), nil)

	bucket := coverage.NewCoverageBucket(stack, jsii.String("Bucket"), &coverage.CoverageBucketProps{
		BucketName:                        jsii.String("coverage-" + *awscdk.Aws_ACCOUNT_ID()),
		Prefix:                            jsii.String("team/"),
		EncryptionKey:                     awskms.NewKey(stack, jsii.String("Key"), nil),
		Versioned:                         jsii.Bool(true),
		ServerAccessLogsBucket:            awss3.NewBucket(stack, jsii.String("Logs"), nil),
		ServerAccessLogsPrefix:            jsii.String("coverage/"),
		RequireConditionalWrites:          jsii.Bool(true),
		RemovalPolicy:                     awscdk.RemovalPolicy_DESTROY,
		TransitionToInfrequentAccessAfter: awscdk.Duration_Days(jsii.Number(31)),
		TransitionToGlacierAfter:          awscdk.Duration_Days(jsii.Number(62)),
		ExpireAfter:                       awscdk.Duration_Days(jsii.Number(100)),
		ExpireReportsAfter:                awscdk.Duration_Days(jsii.Number(30)),
	})
	bucket.GrantReadWrite(makeFunction(stack, "Reader"))
	layer := coverage.NewCoverageLayer(stack, jsii.String("Coverage"), &coverage.CoverageLayerProps{
		Bucket:             bucket,
		Enabled:            jsii.Bool(true),
		Engine:             coverage.CoverageEngine_AUTO,
		Counts:             jsii.Bool(true),
		IncludePatterns:    jsii.Strings("src/**", "index.mjs"),
		ExcludePatterns:    jsii.Strings("**/*.generated.ts"),
		UploadTimeout:      awscdk.Duration_Seconds(jsii.Number(5)),
		UploadMode:         coverage.UploadMode_ON_CHANGE,
		Sampling:           jsii.Number(0.5),
		BranchCoverage:     jsii.Bool(false),
		Debug:              jsii.Bool(true),
		RunId:              jsii.String("run-1"),
		LayerRemovalPolicy: awscdk.RemovalPolicy_RETAIN,
	})
	layer.AttachTo(makeFunction(stack, "Tuned"), nil)
	layer.AttachTo(makeFunction(stack, "Untouched"), &coverage.AttachOptions{Engine: coverage.CoverageEngine_V8})
	layer.AttachToResource(awssam.NewCfnFunction(stack, jsii.String("Resource"), &awssam.CfnFunctionProps{
		InlineCode: jsii.String("exports.handler = async () => {};"),
		Handler:    jsii.String("index.handler"),
		Runtime:    jsii.String("nodejs22.x"),
	}), nil)
	layer.AttachTo(makeFunctionOf(stack, "InPython", awslambda.Runtime_PYTHON_3_13()), nil)
	excluded := makeFunction(stack, "Excluded")
	layer.AttachToAll(stack, &coverage.AttachToAllOptions{
		Include: &[]interface{}{"Consumer/*"},
		Exclude: &[]interface{}{excluded, "Consumer/Plain"},
	})
	combiner := coverage.NewCoverageCombiner(stack, jsii.String("Combiner"), &coverage.CoverageCombinerProps{
		Bucket: layer.Bucket(),
		Scale:  coverage.CombinerScale_AUTO,
		Distribution: &coverage.CombinerDistribution{
			Concurrency:                jsii.Number(50),
			BatchSize:                  jsii.Number(500),
			ToleratedFailurePercentage: jsii.Number(10),
			Threshold:                  jsii.Number(5000),
		},
		Schedule:       awsevents.Schedule_Rate(awscdk.Duration_Hours(jsii.Number(1))),
		UploadDebounce: awscdk.Duration_Minutes(jsii.Number(2)),
		ReportFormats:  &[]coverage.ReportFormat{coverage.ReportFormat_LCOV, coverage.ReportFormat_HTML_SINGLE},
		MemorySize:     jsii.Number(1024),
		Timeout:        awscdk.Duration_Minutes(jsii.Number(5)),
		Metrics:        jsii.Bool(true),
		Thresholds: &coverage.CoverageThresholds{
			Statements: jsii.Number(81),
			Branches:   jsii.Number(72),
			Functions:  jsii.Number(83),
			Lines:      jsii.Number(84),
		},
		AlarmTopic:      awssns.NewTopic(stack, jsii.String("Topic"), nil),
		Dashboard:       jsii.Bool(true),
		RetryAttempts:   jsii.Number(1),
		DeadLetterQueue: awssqs.NewQueue(stack, jsii.String("Failed"), nil),
		LogRetention:    awslogs.RetentionDays_ONE_WEEK,
	})
	combiner.GrantInvoke(makeFunction(stack, "Pipeline"))
}

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false)})
	newConsumer(app, "Consumer")
	app.Synth(nil)
}
