"""Starts MiniStack with what it lacks and the deployed app needs, each by AWS's documentation."""
from ministack.core import iam_actions, lambda_runtime
from ministack.services.cloudformation import provisioners


def with_condition_keys_of_writes(original):
    """``s3:if-none-match``: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html"""

    def s3_service_context(action, query_params, path, headers, *args, **kwargs):
        context = dict(original(action, query_params, path, headers, *args, **kwargs) or {})
        condition = next((value for name, value in headers.items() if name.lower() == "if-none-match"), None)
        if action == "s3:PutObject" and condition is not None:
            context["s3:if-none-match"] = condition
        return context

    return s3_service_context


def with_inline_code_as_index(original):
    """Inline code is a file named ``index``, whatever the handler is: the reference of ``AWS::Lambda::Function``, ``Code.ZipFile``."""

    def _zip_inline(source, handler, *args, **kwargs):
        return original(source, "index.handler", *args, **kwargs)

    return _zip_inline


def as_node(original):
    """The worker of Node.js is the local Lambda, see ``function-worker.ts``, which runs Python as well."""

    def of_runtime(runtime, *args, **kwargs):
        return original("nodejs" if runtime.startswith("python") else runtime, *args, **kwargs)

    return of_runtime


iam_actions.s3_service_context = with_condition_keys_of_writes(iam_actions.s3_service_context)
provisioners._zip_inline = with_inline_code_as_index(provisioners._zip_inline)
for name in ("_detect_runtime_binary", "_worker_script_extension"):
    setattr(lambda_runtime, name, as_node(getattr(lambda_runtime, name)))

if __name__ == "__main__":
    from ministack.app import main

    main()
