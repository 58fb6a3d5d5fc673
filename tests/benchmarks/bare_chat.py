"""A streaming chat as Gradio's guide writes one: what the service is measured beside."""

import os

import gradio as gr
import openai


def main() -> None:
    """Serves the chat until killed."""
    client = openai.AsyncOpenAI(base_url=os.environ["INTERVIEWER_BASE_URL"], api_key="none")

    async def reply(text, history):
        history = [*history, {"role": "user", "content": text}]
        yield "", history
        chunks = await client.chat.completions.create(
            model="paced", messages=[{"role": "user", "content": text}], stream=True
        )
        said = ""
        async for chunk in chunks:
            said += chunk.choices[0].delta.content or ""
            yield "", [*history, {"role": "assistant", "content": said}]

    with gr.Blocks(analytics_enabled=False) as demo:
        chat = gr.Chatbot(elem_id="chat")
        answer = gr.Textbox(elem_id="answer")
        gr.HTML(elem_id="status")
        send = gr.Button("Send", elem_id="send")
        send.click(reply, [answer, chat], [answer, chat], concurrency_limit=None)
    demo.launch(server_port=int(os.environ["INTERVIEWER_PORT"]), quiet=True)


if __name__ == "__main__":
    main()
