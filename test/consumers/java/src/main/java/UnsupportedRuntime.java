import io.github.cdklambdacoverage.CoverageLayer;
import software.amazon.awscdk.App;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.Runtime;

/** An app that must not synthesize: coverage of a function whose runtime is not supported. */
public class UnsupportedRuntime {
    public static void main(String[] args) {
        App app = new App();
        Stack stack = new Stack(app, "Consumer");
        Function legacy = Function.Builder.create(stack, "Legacy")
            .runtime(Runtime.JAVA_21)
            .handler("example.Handler")
            .code(Code.fromAsset("../function"))
            .build();
        new CoverageLayer(stack, "Coverage").attachTo(legacy);
        app.synth();
    }
}
