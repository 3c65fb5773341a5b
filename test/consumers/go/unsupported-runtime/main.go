// An app that must not synthesize: coverage of a function whose runtime is not supported.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
	coverage "github.com/cdk-lambda-coverage/cdk-lambda-coverage-go/cdklambdacoverage"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Consumer"), nil)
	legacy := awslambda.NewFunction(stack, jsii.String("Legacy"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_JAVA_21(),
		Handler: jsii.String("example.Handler"),
		Code:    awslambda.Code_FromAsset(jsii.String("../function"), nil),
	})
	coverage.NewCoverageLayer(stack, jsii.String("Coverage"), nil).AttachTo(legacy, nil)
	app.Synth(nil)
}
