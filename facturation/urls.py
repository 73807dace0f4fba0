from django.urls import URLPattern, URLResolver

app_name = "facturation"

urlpatterns: list[URLPattern | URLResolver] = []
