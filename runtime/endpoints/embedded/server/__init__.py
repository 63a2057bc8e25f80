"""The bundled model behind the HTTP API of Text Generation Inference."""
