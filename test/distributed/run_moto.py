"""Starts moto's server, which interprets state machines, with functions that are at an endpoint of ours: those that it has need Docker."""
import os
import sys

from moto.core.config import default_user_config
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

default_user_config["stepfunctions"]["execute_state_machine"] = True


def with_functions_elsewhere(original):
    """Lambda's Invoke, by the endpoint of ``LAMBDA_ENDPOINT``."""

    def boto_client_for(region, service, *args, **kwargs):
        client = original(region, service, *args, **kwargs)
        if service != "lambda":
            return client
        import boto3

        keys = {"aws_access_key_id": "ak", "aws_secret_access_key": "sk"}
        return boto3.client("lambda", region_name=region, endpoint_url=os.environ["LAMBDA_ENDPOINT"], config=client.meta.config, **keys)

    return boto_client_for


lambda_eval_utils.boto_client_for = with_functions_elsewhere(lambda_eval_utils.boto_client_for)

if __name__ == "__main__":
    from moto.server import main

    main(sys.argv[1:])
